// How the lab names a simulation, its period and who asked for it.
import { useI18n } from "vue-i18n";
import type { Name } from "@/api/types";
import { say, when } from "@/words";
import { useCodes } from "@/words/codes";

export function useSaid() {
  const { t } = useI18n();
  const codes = useCodes();
  const moment = (at: string): string => `${when.day(at)} ${when.time(at)}`;
  return {
    moment,
    what: (note: string | undefined, version: string): string => note || t("lab.unnamed", { version: version.slice(0, 8) }),
    span: (since: string, until: string): string => t("lab.span", { since: moment(since), until: moment(until) }),
    who: (by: string | null | undefined, people: Record<string, Name>): string => (by ? say(people[by]) || by : t("lab.byCommand")),
    unit: (code: string | null): string => (code ? codes.unit(code) : t("lab.nobody")),
  };
}
