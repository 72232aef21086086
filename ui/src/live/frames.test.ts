// Frames come out the same however the bytes were cut.
import { expect, test } from "vitest";
import { FrameReader, type Frame } from "./frames";

const TEXT = 'retry: 1000\n\nid: 7\nevent: tick\ndata: {"position":7}\n\n: beat\n\nid: 8\r\nevent: tick\r\ndata: a\r\ndata: b\r\n\r\nevent: reset\ndata: {}\n\n';

function read(size: number): Frame[] {
  const reader = new FrameReader();
  const found: Frame[] = [];
  for (let at = 0; at < TEXT.length; at += size) found.push(...reader.push(TEXT.slice(at, at + size)));
  return found;
}

test("any cut gives the same frames", () => {
  const whole = read(TEXT.length);
  expect(whole).toEqual([
    { id: "7", event: "tick", data: '{"position":7}' },
    { id: "8", event: "tick", data: "a\nb" },
    { id: "8", event: "reset", data: "{}" },
  ]);
  for (const size of [1, 2, 3, 7, 31]) expect(read(size)).toEqual(whole);
});

test("half a frame is kept until it is whole", () => {
  const reader = new FrameReader();
  expect(reader.push("data: x\n")).toEqual([]);
  expect(reader.push("\n")).toEqual([{ id: null, event: "message", data: "x" }]);
});
