// What shouts on the map is what needs a person; everything else is quiet.
import { expect, test } from "vitest";
import type { Card } from "@/api/types";
import { boundsOf, loadSteps, splitCards } from "./features";

const card = (id: string, change: Partial<Card>): Card => ({ id, lon: 1, lat: 2, state: "handling", open: true, urgent: false, late: false, soon: false, needs: false, desk: null, ...change }) as Card;

test("urgent in good hands is watched, urgent waiting is pressing, the rest is calm", () => {
  const rows = [card("a", { urgent: true }), card("b", { urgent: true, needs: true, state: "reported" }), card("c", {}), card("d", { lon: null })];
  const { calm, watched, pressing } = splitCards(rows, []);
  expect(watched.features.map((row) => row.properties?.id)).toEqual(["a"]);
  expect(pressing.features.map((row) => row.properties?.icon)).toEqual(["urgent"]);
  expect(calm.features.map((row) => row.properties?.id)).toEqual(["c"]);
});

test("the first three carry their rank", () => {
  const { pressing } = splitCards([card("a", { late: true, needs: true }), card("b", {})], ["b", "a"]);
  expect(new Set(pressing.features.map((row) => row.properties?.icon))).toEqual(new Set(["late-2", "waits-1"]));
});

test("too many overdue cases become dots", () => {
  const rows = Array.from({ length: 61 }, (_, n) => card(String(n), { late: true, needs: true }));
  expect(splitCards(rows, []).pressing.features).toHaveLength(0);
});

test("load has five steps and zero is the quietest", () => {
  const steps = loadSteps({ a: 0, b: 1, c: 1000 });
  expect([steps.get("a"), steps.get("b"), steps.get("c")]).toEqual([0, 1, 4]);
});

test("bounds", () => {
  expect(boundsOf({ type: "Polygon", coordinates: [[[1, 2], [3, 2], [3, 5], [1, 2]]] })).toEqual([1, 2, 3, 5]);
  expect(boundsOf({ type: "FeatureCollection", features: [] })).toBeNull();
});
