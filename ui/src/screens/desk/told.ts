// How a step of a case's history is told: who did it, and what belongs to it, in the words of screen and paper.
import { useI18n } from "vue-i18n";
import type { Name, Step } from "@/api/types";
import { say, when } from "@/words";
import { useCodes } from "@/words/codes";

type Value = boolean | number | string;

/** Steps whose due time is news; those of deadlines stand in their own list. */
const DUE = new Set(["ordered", "help_asked", "extended"]);

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

  /** A value of an attribute in words. */
  function shown(code: string, value: Value | null | undefined): string {
    const attribute = codes.city.value?.attributes.find((row) => row.code === code);
    if (value === null || value === undefined) return t("why.unsaid");
    if (typeof value === "boolean") return t(value ? "why.yes" : "why.no");
    if (typeof value === "number") return `${value} ${attribute?.unit ?? ""}`.trim();
    return say(attribute?.values.find((row) => row.code === value)?.name) || value;
  }
  const about = (code: string, change: string): string =>
    t("life.told.said", { name: say(codes.city.value?.attributes.find((row) => row.code === code)?.name) || code, change });
  /** An attribute that a case has, and one that changed, from what to what. */
  const attribute = (code: string, value: Value): string => about(code, shown(code, value));
  const changed = ({ code, before, after }: NonNullable<Step["said"]>[number]): string =>
    about(code, before === undefined ? shown(code, after) : `${shown(code, before)} → ${shown(code, after)}`);

  function details(step: Step): string[] {
    const said = (key: string, values: Record<string, unknown>, count = 1): string => t(`life.told.${key}`, values, count);
    const whom = step.owner ?? step.unit;
    return [
      step.order ? codes.word("order", step.order) : "",
      whom ? `→ ${codes.unit(whom)}` : "",
      step.support?.length ? said("support", { units: step.support.map(codes.unit).join(said("comma", {})) }) : "",
      step.other ? (step.what === "reported" ? said("origin", { number: step.other.number }) : step.other.number) : "",
      ...(step.others ?? []).map((one) => `${one.number} ${codes.type(one.type)}`),
      ...(step.said ?? []).map(changed),
      step.stage ? codes.stage(step.stage) : "",
      codes.waits(step.why),
      step.type && step.what === "retyped" ? codes.type(step.type) : "",
      step.outcome ? codes.capital(codes.word("outcome", step.outcome)) : "",
      step.result ? codes.capital(codes.word("outcome", step.result)) : "",
      step.score ? said("score", { score: step.score }) : "",
      step.amount ? said("amount", { amount: step.amount, unit: step.measure ? codes.time(step.amount, step.measure) : "" }) : "",
      step.until ? said("until", { time: when.moment(step.until) }) : "",
      step.due_at && DUE.has(step.what) ? said("due", { time: when.moment(step.due_at) }) : "",
      step.days != null ? said("again", { days: step.days, meters: step.meters ?? 0 }, step.days) : "",
      step.what === "followed" ? said(step.ended ? "ended" : "lives", {}) : "",
      step.reason ? codes.reason(step.reason) : "",
      step.basis && step.basis !== step.rule ? t("event.rule", { row: step.basis }) : "",
    ].filter(Boolean);
  }
  return { who, details, attribute };
}
