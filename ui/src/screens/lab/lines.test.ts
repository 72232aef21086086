// Counting the lines that were written anew.
import { expect, test } from "vitest";
import { changedLines } from "./lines";

test("what differs is counted once, whichever way it goes", () => {
  expect(changedLines("a\nb\nc\n", "a\nb\nc")).toBe(0);
  expect(changedLines("a\nb\nc", "a\nx\nc")).toBe(1);
  expect(changedLines("a\nb", "a\nb\nc\nd")).toBe(2);
  expect(changedLines("a\nb\nb", "a\nb")).toBe(1);
  expect(changedLines("a\r\nb\r\n", "a\nb\n")).toBe(0);
});
