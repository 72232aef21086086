// Turns cards and counts into what the map draws. Pure.
import type { Area, Card, GridMap } from "@/api/types";
import { kindOf } from "@/words/kind";

type Points = GeoJSON.FeatureCollection<GeoJSON.Point>;

/** More overdue cases than this are drawn as dots in groups: a map full of signs says nothing. */
const MANY = 60;

/** calm: specks and groups; watched: urgent, but in good hands; pressing: what needs a person, and the first three. */
export function splitCards(cards: Iterable<Card>, top: string[]): { calm: Points; watched: Points; pressing: Points } {
  const calm: GeoJSON.Feature<GeoJSON.Point>[] = [];
  const watched: GeoJSON.Feature<GeoJSON.Point>[] = [];
  const pressing: GeoJSON.Feature<GeoJSON.Point>[] = [];
  const rows = [...cards].filter((card) => card.lon !== null && card.lat !== null);
  const lateCount = rows.reduce((sum, card) => sum + (card.late && !card.urgent ? 1 : 0), 0);
  for (const card of rows) {
    const kind = kindOf(card);
    const rank = top.indexOf(card.id) + 1;
    const loud = rank > 0 || (kind === "late" ? lateCount <= MANY : card.needs);
    const sign = signOf(card);
    const icon = rank > 0 ? `${sign}-${rank}` : sign;
    const order = rank > 0 ? 10 - rank : kind === "urgent" ? 5 : 1;
    const properties = loud ? { id: card.id, icon, order } : { id: card.id, kind };
    const geometry = { type: "Point" as const, coordinates: [card.lon as number, card.lat as number] };
    (loud ? pressing : card.urgent ? watched : calm).push({ type: "Feature", geometry, properties });
  }
  const points = (features: GeoJSON.Feature<GeoJSON.Point>[]): Points => ({ type: "FeatureCollection", features });
  return { calm: points(calm), watched: points(watched), pressing: points(pressing) };
}

/** The sign of a pressing case: its shape and color say why it presses. */
export function signOf(card: Card): "urgent" | "watched" | "late" | "waits" {
  if (card.urgent) return card.needs ? "urgent" : "watched";
  return card.late ? "late" : "waits";
}

export function townNames(areas: Area[], label: (area: Area) => [string, string], order: (area: Area) => number): Points {
  return {
    type: "FeatureCollection",
    features: areas
      .filter((area) => area.center)
      .map((area) => ({
        type: "Feature",
        geometry: { type: "Point", coordinates: area.center as [number, number] },
        properties: { code: area.code, label: label(area)[0], under: label(area)[1], order: order(area) },
      })),
  };
}

/** Load of a grid in five quiet steps; the highest step stands for the busiest few. */
export function loadSteps(counts: Record<string, number>): Map<string, number> {
  const top = Math.max(1, ...Object.values(counts));
  const step = (count: number): number => (count <= 0 ? 0 : Math.min(4, 1 + Math.floor((3.999 * Math.log(count)) / Math.log(Math.max(top, 4) + 1))));
  return new Map(Object.entries(counts).map(([code, count]) => [code, step(count)]));
}

export function boundsOf(shape: GeoJSON.Geometry | GeoJSON.Feature | GeoJSON.FeatureCollection | GridMap): [number, number, number, number] | null {
  const box: [number, number, number, number] = [180, 90, -180, -90];
  const walk = (value: unknown): void => {
    if (!Array.isArray(value)) return;
    if (typeof value[0] === "number" && typeof value[1] === "number") {
      box[0] = Math.min(box[0], value[0]);
      box[1] = Math.min(box[1], value[1]);
      box[2] = Math.max(box[2], value[0]);
      box[3] = Math.max(box[3], value[1]);
      return;
    }
    for (const part of value) walk(part);
  };
  const visit = (found: GeoJSON.Geometry | GeoJSON.Feature | GeoJSON.FeatureCollection): void => {
    if (found.type === "FeatureCollection") found.features.forEach(visit);
    else if (found.type === "Feature") visit(found.geometry);
    else if (found.type === "GeometryCollection") found.geometries.forEach(visit);
    else walk(found.coordinates);
  };
  visit(shape as GeoJSON.Geometry);
  return box[0] <= box[2] ? box : null;
}
