// What a question in SQL is about, and how its answer can be drawn. Pure; nothing here judges whether it may be asked.
import type { GrantedTable, QueryAnswer } from "@/api/generated";

const NUMERIC = /INT|DOUBLE|FLOAT|DECIMAL|NUMERIC|REAL/i;

/** The tables whose names stand in the text as words of their own, outside of quoted texts and comments. */
export function grantsIn(sql: string, tables: readonly GrantedTable[]): GrantedTable[] {
  const bare = sql.replace(/'(?:[^']|'')*'/g, " ").replace(/--[^\n]*/g, " ").replace(/\/\*[\s\S]*?\*\//g, " ");
  const words = new Set(bare.toLowerCase().match(/[\p{L}_][\p{L}\p{N}_]*/gu) ?? []);
  const named = new Map<string, GrantedTable>();
  for (const one of tables) if (one.rows && words.has(one.name.toLowerCase()) && !named.has(one.name)) named.set(one.name, one);
  return [...named.values()];
}

export interface Bars {
  label: string;
  value: string;
  rows: { name: string; value: number }[];
}

/** The first column that is no number, and the last that is one; null where there is no such pair. */
export function barsOf(answer: QueryAnswer, most: number): Bars | null {
  const numeric = answer.columns.map((one, n) => (NUMERIC.test(one.type) ? n : -1)).filter((n) => n >= 0);
  const label = answer.columns.findIndex((one) => !NUMERIC.test(one.type));
  const value = numeric.at(-1);
  if (value === undefined || label < 0) return null;
  const rows = answer.rows.slice(0, most).map((row) => ({ name: String(row[label] ?? "–"), value: Number(row[value] ?? 0) }));
  return { label: answer.columns[label]?.name ?? "", value: answer.columns[value]?.name ?? "", rows };
}

/** Points of an answer that has a longitude and a latitude. */
export function pointsOf(answer: QueryAnswer): { lon: number; lat: number }[] | null {
  const at = (...names: string[]): number => answer.columns.findIndex((one) => names.includes(one.name.toLowerCase()));
  const [lon, lat] = [at("lon", "longitude", "lng"), at("lat", "latitude")];
  if (lon < 0 || lat < 0) return null;
  return answer.rows.flatMap((row) => {
    const point = { lon: Number(row[lon] ?? "x"), lat: Number(row[lat] ?? "x") };
    return Number.isFinite(point.lon) && Number.isFinite(point.lat) ? [point] : [];
  });
}
