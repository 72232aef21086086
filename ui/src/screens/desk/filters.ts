// The filters of the case list, as they stand in the address bar and as they are asked of the server. Pure.
import type { LocationQuery } from "vue-router";
import type { Card, Tiles } from "@/api/types";

export const FACETS = ["state", "board", "town", "type", "owner", "source", "grid"] as const;
export const FLAGS = ["open", "needs", "urgent", "late", "soon", "desk", "on_time"] as const;
const TIMES = ["reported_from", "reported_to", "closed_from", "closed_to"] as const;
/** Questions about units beside the owner: units as codes. */
const ASKED = ["support", "part", "answer"] as const;
/** The rows behind a figure; a facet may then be asked for empty: cases without it. */
export const FIGURE = ["metric", "side", "since", "until", "post"] as const;
const KNOWN = [...FACETS, ...FLAGS, ...TIMES, ...ASKED, ...FIGURE, "ids", "q", "sort"] as const;

export type Filters = Partial<Record<(typeof KNOWN)[number], string>>;

/** Ready-made questions, the likeliest first. */
export const QUICK: { key: string; set: Filters }[] = [
  { key: "all", set: { open: "true" } },
  { key: "needs", set: { needs: "true" } },
  { key: "urgent", set: { open: "true", urgent: "true" } },
  { key: "late", set: { open: "true", late: "true" } },
  { key: "soon", set: { open: "true", soon: "true" } },
  { key: "desk", set: { desk: "true" } },
  { key: "closed", set: { state: "closed,rated,archived" } },
];

/** What others ask of a unit: parts in their cases, and answers to orders. */
export function askedOf(unit: string | null | undefined): { key: "part" | "answer"; set: Filters }[] {
  return unit ? [{ key: "part", set: { part: unit } }, { key: "answer", set: { answer: unit } }] : [];
}

export function readFilters(query: LocationQuery): Filters {
  const found: Filters = {};
  for (const key of KNOWN) {
    const value = query[key];
    const none = Boolean(query.metric) && (key === "post" || FACETS.some((facet) => facet === key));
    if (typeof value === "string" && (value !== "" || none)) found[key] = value;
  }
  const asked = Object.keys(found).some((key) => key !== "sort");
  return asked ? found : { open: "true", ...found };
}

export function toQuery(filters: Filters): string {
  const query = new URLSearchParams();
  for (const key of KNOWN) {
    const value = filters[key];
    if (value !== undefined) query.set(key, value);
  }
  if (!filters.sort) query.set("sort", filters.state?.startsWith("closed") ? "changed" : "due");
  return query.toString();
}

/** What the live feed knows of the ready-made questions. */
export function quickCounts(tiles: Tiles | null): Record<string, number | undefined> {
  if (!tiles) return {};
  return { all: tiles.open.count, needs: tiles.needs_person.count, late: tiles.open.late ?? 0, soon: tiles.soon.count, desk: tiles.needs_person.desk.count };
}

/** Which ready-made question these filters are, if any. */
export function quickOf(filters: Filters): string | null {
  const own = (set: Filters): string => [...FLAGS, ...ASKED, "state" as const].map((key) => set[key] ?? "").join("|");
  return QUICK.find((row) => own(row.set) === own(filters))?.key ?? null;
}

/** Whether a card that was heard of belongs into the list: the same questions, asked here. */
export function fits(card: Card, filters: Filters): boolean {
  for (const key of FACETS) {
    const wanted = filters[key];
    if (wanted && !wanted.split(",").includes(card[key] ?? "")) return false;
  }
  for (const key of FLAGS) {
    const wanted = filters[key];
    if (!wanted) continue;
    if (key === "desk" && wanted !== "true" && wanted !== "false") {
      if (card.desk === null || !wanted.split(",").includes(card.desk)) return false;
      continue;
    }
    const has = key === "desk" ? card.desk !== null : Boolean(card[key]);
    if (has !== (wanted === "true")) return false;
  }
  if (filters.support && !card.support.includes(filters.support)) return false;
  if (filters.part || filters.answer || filters.metric) return false; // the card does not tell: the list is asked again
  if (filters.ids && !filters.ids.split(",").includes(card.id)) return false;
  return !filters.q || card.number.includes(filters.q);
}
