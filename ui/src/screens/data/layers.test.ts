// The picture of a lineage: columns in the order of the flow, hidden kinds passed by, what a place is tied to.
import { expect, test } from "vitest";
import type { Edge, Node } from "@/api/generated";
import { along, draw, without } from "./layers";

const node = (id: string): Node => ({ id, kind: id.split(":")[0] as Node["kind"], name: { zh: id, en: id } });
const nodes = ["file:a", "file:b", "batch:1", "batch:2", "dataset:d", "column:d.x", "subject:s"].map(node);
const edges: Edge[] = [
  { origin: "file:a", target: "batch:2" },
  { origin: "file:b", target: "batch:1" },
  { origin: "batch:1", target: "dataset:d" },
  { origin: "batch:2", target: "dataset:d" },
  { origin: "dataset:d", target: "column:d.x" },
  { origin: "column:d.x", target: "subject:s", how: "kept" },
];

test("what flows through a hidden kind flows past it", () => {
  const found = without(nodes, edges, new Set(["column", "batch"]));
  expect(found.nodes.map((one) => one.id)).toEqual(["file:a", "file:b", "dataset:d", "subject:s"]);
  expect(found.edges.map((one) => `${one.origin} ${one.target}`)).toEqual(["file:a dataset:d", "file:b dataset:d", "dataset:d subject:s"]);
});

test("columns stand in the order of the flow and lines do not cross where they need not", () => {
  const found = draw(nodes, edges);
  const at = new Map(found.places.map((one) => [one.node.id, one]));
  expect([...new Set(found.places.map((one) => one.node.kind))]).toEqual(["file", "batch", "dataset", "column", "subject"]);
  const above = (one: string, other: string): boolean => (at.get(one)?.y ?? 0) < (at.get(other)?.y ?? 0);
  expect(above("file:a", "file:b")).toBe(above("batch:2", "batch:1"));
  expect(found.lines).toHaveLength(edges.length);
});

test("a place is tied to what leads to it and what comes from it alone", () => {
  expect([...along(edges, "batch:1")].sort()).toEqual(["batch:1", "column:d.x", "dataset:d", "file:b", "subject:s"]);
});
