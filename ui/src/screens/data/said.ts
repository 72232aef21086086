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
    /** One decimal, cut rather than rounded: 100.0 is said of no set with a bad row. */
    score: (value: number | null): string => (value === null ? "–" : (Math.floor(value * 10 + 1e-9) / 10).toFixed(1)),
    /** Hours in the two largest units. */
    age: (hours: number | null): string => (hours === null ? "" : when.span(hours * HOUR)),
    over: (from: string, to: string): string => when.span(Date.parse(to) - Date.parse(from)),
    moment: (at: string): string => when.moment(at),
    day: (at: string): string => when.day(at),
    trend: (values: number[]): string => (values.length ? t("data.today.trend", { first: (values[0] ?? 0).toFixed(1), last: (values.at(-1) ?? 0).toFixed(1) }) : t("data.today.noScore")),
    name: say,
  };
}
