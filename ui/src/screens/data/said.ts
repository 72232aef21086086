// How figures, ages and names of the data platform are said.
import { useI18n } from "vue-i18n";
import { say, when } from "@/words";
import { useCodes } from "@/words/codes";

const HOUR = 3_600_000;

export function useSaid() {
  const { t } = useI18n();
  const codes = useCodes();
  return {
    unit: (code: string): string => codes.unit(code),
    score: (value: number | null): string => (value === null ? "–" : value.toFixed(1)),
    /** Hours in the two largest units. */
    age: (hours: number | null): string => (hours === null ? "" : when.span(hours * HOUR)),
    over: (from: string, to: string): string => when.span(Date.parse(to) - Date.parse(from)),
    moment: (at: string): string => when.moment(at),
    day: (at: string): string => when.day(at),
    trend: (values: number[]): string => (values.length ? t("data.today.trend", { first: (values[0] ?? 0).toFixed(1), last: (values.at(-1) ?? 0).toFixed(1) }) : t("data.today.noScore")),
    name: say,
  };
}
