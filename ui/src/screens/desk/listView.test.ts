// What was chosen for the list is read back; what makes no sense any more falls back to the usual.
import { expect, test } from "vitest";
import { COLUMNS, heightOf, linesOf, readView } from "./listView";

test("nothing kept, or rubbish, is the usual view", () => {
  const usual = { density: "compact", columns: ["town", "owner", "state"] };
  for (const kept of [null, "", "{", "[]", "7", '"x"', '{"density":"airy","columns":7}']) expect(readView(kept)).toEqual(usual);
});

test("columns come back in their order, unknown ones are forgotten, none at all is a choice", () => {
  expect(readView('{"density":"comfortable","columns":["reported","gone","town"]}')).toEqual({ density: "comfortable", columns: ["town", "reported"] });
  expect(readView('{"columns":[]}').columns).toEqual([]);
});

test("a row is as high as its lines need", () => {
  const all = { density: "compact" as const, columns: [...COLUMNS] };
  expect(linesOf(all)).toEqual({ second: ["town", "owner", "state"], third: ["number", "board", "source", "reported"] });
  expect(heightOf({ ...all, columns: [] })).toBeLessThan(heightOf({ ...all, columns: ["town"] }));
  expect(heightOf({ ...all, columns: ["town"] })).toBeLessThan(heightOf(all));
  expect(heightOf(all)).toBeLessThan(heightOf({ ...all, density: "comfortable" }));
});
