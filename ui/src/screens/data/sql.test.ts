// Which granted tables a question names, and how its answer can be drawn.
import { expect, test } from "vitest";
import type { GrantedTable } from "@/api/generated";
import { barsOf, grantsIn, pointsOf } from "./sql";

const table = (name: string, rows = true): GrantedTable => ({
  name, grant: name, dataset: { zh: name, en: name }, rows, needs_case: false, purpose: "", columns: [], answers: [], by_key: false, key: [],
});

test("tables are found as words, not in texts, comments or other names", () => {
  const tables = [table("shops"), table("air_hours"), table("people", false)];
  const named = (sql: string): string[] => grantsIn(sql, tables).map((one) => one.name);
  expect(named('select * from Shops s join "air_hours" using (k)')).toEqual(["shops", "air_hours"]);
  expect(named("select 'shops' as x from shops_2 -- air_hours\n/* shops */")).toEqual([]);
  expect(named("select * from people")).toEqual([]);
});

test("an answer is drawn by its first word and its last number, and on a map where it has places", () => {
  const answer = { columns: [{ name: "n", type: "BIGINT" }, { name: "kind", type: "VARCHAR" }, { name: "sum", type: "DOUBLE" }], rows: [[1, "a", 2.5], [2, null, 3]], cut: false };
  expect(barsOf(answer, 10)).toEqual({ label: "kind", value: "sum", rows: [{ name: "a", value: 2.5 }, { name: "–", value: 3 }] });
  expect(pointsOf(answer)).toBeNull();
  const placed = { columns: [{ name: "LON", type: "DOUBLE" }, { name: "lat", type: "DOUBLE" }], rows: [[106.5, 29.6], [null, null]], cut: false };
  expect(pointsOf(placed)).toEqual([{ lon: 106.5, lat: 29.6 }, { lon: 0, lat: 0 }].slice(0, 1));
  expect(barsOf(placed, 10)).toBeNull();
});
