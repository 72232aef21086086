// Which rows are asked for: conditions as people choose them, and a filter of the server in words. Pure.
import type { Column, Compare, Terms } from "@/api/generated";

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

/** A filter as a sentence; t says the words, name and of the columns and codes. */
export function inWords(filter: Filter, t: (key: string) => string, name: (column: string) => string, of: (column: string, code: string) => string): string {
  if (filter.kind !== "cell") {
    const parts = filter.of.map((one) => inWords(one, t, name, of));
    return filter.kind === "and" ? parts.join(t("data.rows.and")) : `(${parts.join(t("data.rows.or"))})`;
  }
  const values = (filter.values ?? []).map((one) => (typeof one === "boolean" ? t(`data.rows.${one}`) : of(filter.column, String(one))));
  const op = filter.op === "in" && values.length === 1 ? "eq" : filter.op;
  return [name(filter.column), t(`data.rows.op.${op}`), values.join(t("data.comma"))].filter(Boolean).join(" ");
}
