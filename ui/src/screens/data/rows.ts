// Which rows are asked for: conditions as people choose them, and a filter of the server in words. Pure.
import type { Column, Compare, Name, Terms } from "@/api/generated";

export type Filter = NonNullable<Terms["rows"]>;
export type Op = Compare["op"];
/** One line of the form; values are what the fields hold. */
export interface Condition {
  column: string;
  op: Op;
  values: string[];
}

const OPS: Record<NonNullable<Column["kind"]>, Op[]> = {
  text: ["eq", "ne", "filled", "empty"], integer: ["eq", "ge", "le", "filled", "empty"], number: ["ge", "le", "filled", "empty"],
  date: ["ge", "le", "eq", "filled", "empty"], time: ["ge", "le", "filled", "empty"], yes_no: ["eq", "filled", "empty"],
};

/** A column whose cells come from a list is chosen from it; one that holds several codes in a cell is not compared. */
export const listed = (one: Column | undefined): boolean => !!one && Object.keys(one.codes ?? {}).length > 0 && !one.split;
export const opsOf = (one: Column): Op[] => (listed(one) ? ["in", "filled", "empty"] : one.split ? ["filled", "empty"] : OPS[one.kind ?? "text"]);
export const bare = (op: Op): boolean => op === "empty" || op === "filled";
export const begun = (one: Column): Condition => ({ column: one.code, op: opsOf(one)[0] ?? "filled", values: one.kind === "yes_no" ? ["true"] : [] });

function value(kind: Column["kind"], text: string): string | number | boolean | null {
  if (kind === "yes_no") return text === "true";
  if (kind !== "integer" && kind !== "number") return text.trim() || null;
  const found = text.trim() === "" ? Number.NaN : Number(text);
  return Number.isFinite(found) && (kind === "number" || Number.isInteger(found)) ? found : null;
}

/** The filter of all conditions together, null where there is none; `wrong`: the lines that say nothing yet. */
export function filterOf(conditions: Condition[], columns: Column[]): { filter: Filter | null; wrong: number[] } {
  const wrong: number[] = [];
  const parts = conditions.map(({ column, op, values }, n): Compare => {
    const kind = columns.find((one) => one.code === column)?.kind;
    const found = bare(op) ? [] : values.map((one) => value(kind, one));
    if (found.includes(null) || (!bare(op) && !found.length)) wrong.push(n);
    return { kind: "cell", column, op, values: found.filter((one) => one !== null) };
  });
  return { filter: parts.length > 1 ? { kind: "and", of: parts } : (parts[0] ?? null), wrong };
}

/** The key of the word for a comparison: days and times are before and after, not more and less. */
export const opWord = (kind: Column["kind"], op: Op): string => `data.rows.${(kind === "date" || kind === "time") && op.length === 2 && /[gl]/.test(op) ? "day" : "op"}.${op}`;

/** A filter as a sentence; t says the words, say the names of columns and codes. */
export function inWords(filter: Filter, t: (key: string) => string, columns: Column[], say: (name: Name) => string): string {
  if (filter.kind !== "cell") {
    const parts = filter.of.map((one) => inWords(one, t, columns, say));
    return filter.kind === "and" ? parts.join(t("data.rows.and")) : `(${parts.join(t("data.rows.or"))})`;
  }
  const column = columns.find((one) => one.code === filter.column);
  const named = (code: string): string => (column?.codes?.[code] && say(column.codes[code])) || code;
  const values = (filter.values ?? []).map((one) => (typeof one === "boolean" ? t(`data.rows.${one}`) : named(String(one))));
  const op = filter.op === "in" && values.length === 1 ? "eq" : filter.op;
  return [column ? say(column.name) : filter.column, t(opWord(column?.kind, op)), values.join(t("data.comma"))].filter(Boolean).join(" ");
}
