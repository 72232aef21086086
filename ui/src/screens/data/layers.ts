// Where the places of a lineage stand: a column for each kind that is there, and lines that cross as little as a few sweeps can manage. Pure.
import type { Edge, Node } from "@/api/generated";

export const KINDS = ["provider", "file", "batch", "dataset", "column", "link", "base", "golden", "subject", "indicator", "vital_sign", "screen"] as const;
export const BOX = { wide: 208, high: 46, across: 72, below: 12 };
const SWEEPS = 4;

export interface Placed {
  node: Node;
  x: number;
  y: number;
}
export interface Line {
  origin: string;
  target: string;
  how: string;
  path: string;
}
export interface Drawing {
  places: Placed[];
  lines: Line[];
  wide: number;
  high: number;
}

/** The same graph without some kinds: what flowed through them flows past them. */
export function without(nodes: Node[], edges: Edge[], hidden: ReadonlySet<string>): { nodes: Node[]; edges: Edge[] } {
  const gone = new Set(nodes.filter((one) => hidden.has(one.kind)).map((one) => one.id));
  const out = new Map<string, Edge[]>();
  for (const edge of edges) out.set(edge.origin, [...(out.get(edge.origin) ?? []), edge]);
  const kept = new Map<string, Edge>();
  const reach = (origin: string, from: string, how: string, seen: Set<string>): void => {
    for (const edge of out.get(from) ?? []) {
      if (seen.has(edge.target)) continue;
      if (gone.has(edge.target)) reach(origin, edge.target, "", new Set([...seen, edge.target]));
      else if (edge.target !== origin && !kept.has(`${origin} ${edge.target}`)) kept.set(`${origin} ${edge.target}`, { origin, target: edge.target, how: how || (edge.how ?? "") });
    }
  };
  const left = nodes.filter((one) => !gone.has(one.id));
  for (const node of left) reach(node.id, node.id, "", new Set());
  return { nodes: left, edges: [...kept.values()] };
}

/** Columns of places in the order of the flow; within one, each stands near the mean of what it is tied to. */
export function draw(nodes: Node[], edges: Edge[]): Drawing {
  const layers = KINDS.map((kind) => nodes.filter((one) => one.kind === kind)).filter((layer) => layer.length);
  const tied = new Map<string, string[]>();
  for (const { origin, target } of edges) {
    tied.set(origin, [...(tied.get(origin) ?? []), target]);
    tied.set(target, [...(tied.get(target) ?? []), origin]);
  }
  const rank = new Map<string, number>();
  const number = (layer: Node[]): void => layer.forEach((one, n) => rank.set(one.id, (n + 0.5) / layer.length));
  layers.forEach(number);
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    for (const layer of sweep % 2 ? [...layers].reverse() : layers) {
      const want = new Map(layer.map((one) => {
        const near = (tied.get(one.id) ?? []).map((id) => rank.get(id)).filter((value) => value !== undefined);
        return [one.id, near.length ? near.reduce((a, b) => a + b, 0) / near.length : (rank.get(one.id) ?? 0)];
      }));
      layer.sort((a, b) => (want.get(a.id) ?? 0) - (want.get(b.id) ?? 0));
      number(layer);
    }
  }
  const tall = (layer: Node[]): number => layer.length * (BOX.high + BOX.below) - BOX.below;
  const high = Math.max(0, ...layers.map(tall));
  const places = layers.flatMap((layer, column) =>
    layer.map((node, n) => ({ node, x: column * (BOX.wide + BOX.across), y: (high - tall(layer)) / 2 + n * (BOX.high + BOX.below) })),
  );
  const at = new Map(places.map((one) => [one.node.id, one]));
  const lines = edges.flatMap((edge) => {
    const from = at.get(edge.origin);
    const to = at.get(edge.target);
    if (!from || !to) return [];
    const [x1, y1, x2, y2] = [from.x + BOX.wide, from.y + BOX.high / 2, to.x, to.y + BOX.high / 2];
    // Two places of one column are joined by a bow at its right.
    const bow = from.x + BOX.wide + BOX.across / 2;
    const bend = Math.max(24, Math.abs(x2 - x1) / 2);
    if (from.x === to.x) return [{ origin: edge.origin, target: edge.target, how: edge.how ?? "", path: `M${x1} ${y1}C${bow} ${y1} ${bow} ${y2} ${x1} ${y2}` }];
    return [{ origin: edge.origin, target: edge.target, how: edge.how ?? "", path: `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}` }];
  });
  return { places, lines, wide: Math.max(0, layers.length * (BOX.wide + BOX.across) - BOX.across), high };
}

/** Everything that leads to a place or comes from it. */
export function along(edges: Edge[], start: string): Set<string> {
  const found = new Set([start]);
  for (const [from, to] of [["origin", "target"], ["target", "origin"]] as const) {
    const ahead = [start];
    const seen = new Set(ahead);
    while (ahead.length) {
      const here = ahead.pop();
      for (const edge of edges) {
        if (edge[from] === here && !seen.has(edge[to])) {
          seen.add(edge[to]);
          ahead.push(edge[to]);
        }
      }
    }
    seen.forEach((id) => found.add(id));
  }
  return found;
}
