// A schedule of the pack in words.
import { useI18n } from "vue-i18n";
import type { Schedule } from "@/api/generated";

export function usePlan(): (one: Schedule) => string {
  const { t } = useI18n();
  return (one) => {
    const at = one.at ?? "02:00";
    const said = { at, minute: at.slice(3), hours: one.hours ?? 1, weekday: t(`data.bring.weekday.${one.on ?? 1}`), day: one.on ?? 1 };
    return t(`data.bring.every.${one.every}`, said) + (one.working_days ? t("data.bring.workingDays") : "");
  };
}
