// How a step of a case's history is told: who did it, and what belongs to it, in the words of screen and paper.
import { useI18n } from "vue-i18n";
import type { Name, Step } from "@/api/types";
import { say } from "@/words";
import { useCodes } from "@/words/codes";

export function useTold() {
  const { t, te } = useI18n();
  const codes = useCodes();

  /** The name of whoever acted: a person of an account, a part of the program, or a unit. */
  function who(actor: string, people: Record<string, Name>): string {
    const known = people[actor];
    if (known) return say(known);
    const [program = "", channel = ""] = actor.split(".", 2);
    if (program === "sim") return [t("actor.sim"), codes.source(channel)].filter(Boolean).join(" · ");
    return te(`actor.${actor}`) ? t(`actor.${actor}`) : codes.unit(actor);
  }

  function details(step: Step): string[] {
    return [
      step.owner ? `→ ${codes.unit(step.owner)}` : "",
      step.stage ? t(`stage.${step.stage}`) : "",
      step.why && te(`waits.${step.why}`) ? t(`waits.${step.why}`) : "",
      step.type && step.what === "retyped" ? codes.type(step.type) : "",
      step.outcome ? (te(`act.outcomes.${step.outcome}`) ? t(`act.outcomes.${step.outcome}`) : step.outcome) : "",
      step.reason ? codes.reason(step.reason) : "",
    ].filter(Boolean);
  }
  return { who, details };
}
