// How a hot issue is told in few words: what piles up, around where, and against how many.
import { useI18n } from "vue-i18n";
import type { GridMap, IssueView } from "@/api/types";
import { say } from "@/words";
import { useCodes } from "./codes";
import { figure } from "./format";

export function useHot(shapes: () => GridMap | null) {
  const { t } = useI18n();
  const codes = useCodes();

  function what(view: IssueView): string {
    const { what, type, types } = view.issue;
    if (what === "type" && type) return codes.type(type);
    const first = types?.[0];
    return first ? `${t(`hot.${what === "words" ? "words" : "all"}`)} · ${codes.type(first[0])} ${figure(first[1])}` : t(`hot.${what}`);
  }
  function place(view: IssueView): string {
    const code = view.issue.grids[0] ?? "";
    const named = shapes()?.features.find((row) => row.properties.code === code)?.properties;
    return named ? say({ zh: named.name_zh, en: named.name_en }) : `${codes.area(view.town)} ${code}`;
  }
  const usual = (view: IssueView): string => (view.issue.expected < 10 ? view.issue.expected.toFixed(1) : figure(Math.round(view.issue.expected)));
  return { what, place, usual };
}
