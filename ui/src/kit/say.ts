// Turns any failure into two sentences: what happened, and what to do.
import { Problem } from "@/api/client";
import { i18n } from "@/words";

export interface Said {
  what: string;
  todo: string;
  code: string;
  status: number;
  fields: Record<string, string>;
}

export function sayProblem(error: unknown): Said {
  const t = i18n.global.t;
  if (!(error instanceof Problem)) return { what: t("problem.unreadable"), todo: t("problem.again"), code: "unknown", status: 0, fields: {} };
  if (error.status === 0) return { what: t("problem.unreachable"), todo: t("problem.unreachableDo"), code: "unreachable", status: 0, fields: {} };
  const fields: Record<string, string> = {};
  for (const row of error.body.errors ?? []) {
    fields[row.path.replace(/^\$?\.?/, "")] = row.message;
  }
  const what = error.body.detail || t("problem.status", { status: error.status });
  return { what, todo: error.body.do ?? "", code: error.code, status: error.status, fields };
}
