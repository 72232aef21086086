// Conditions of a request: what they become, what is wrong with them, and how they read.
import { expect, test } from "vitest";
import type { Column } from "@/api/generated";
import { begun, filterOf, inWords, opsOf } from "./rows";

const named = (en: string) => ({ zh: "", en });
const KIND: Column = { code: "kind", name: named("KIND"), codes: { food: { en: "food" }, goods: { en: "goods" } } };
const SEATS: Column = { code: "seats", name: named("SEATS"), kind: "integer" };
const OPENED: Column = { code: "opened", name: named("OPENED"), kind: "date" };
const columns = [KIND, SEATS, OPENED];
const said = (filter: Parameters<typeof inWords>[0]) => inWords(filter, (key) => key.split(".").slice(-2).join("."), columns, (one) => one.en ?? "");

test("conditions become a filter of the column's own kind", () => {
  const both = [{ column: "kind", op: "in" as const, values: ["food"] }, { column: "seats", op: "ge" as const, values: ["20"] }];
  const { filter, wrong } = filterOf(both, columns);
  expect(wrong).toEqual([]);
  expect(filter).toEqual({ kind: "and", of: [{ kind: "cell", column: "kind", op: "in", values: ["food"] }, { kind: "cell", column: "seats", op: "ge", values: [20] }] });
  expect(said(filter!)).toBe("KIND op.eq foodrows.andSEATS op.ge 20");
  expect(said({ kind: "cell", column: "opened", op: "ge", values: ["2026-01-02"] })).toBe("OPENED day.ge 2026-01-02");
});

test("a line that says nothing yet is told, and no line is no filter", () => {
  expect(filterOf([begun(KIND), { column: "seats", op: "eq", values: ["2.5"] }], columns).wrong).toEqual([0, 1]);
  expect(filterOf([{ column: "seats", op: "empty", values: ["3"] }], columns)).toEqual({ filter: { kind: "cell", column: "seats", op: "empty", values: [] }, wrong: [] });
  expect(filterOf([], columns).filter).toBeNull();
  expect(opsOf(KIND)).toEqual(["in", "filled", "empty"]);
});
