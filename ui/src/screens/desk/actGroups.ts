// How the acts of a case stand on the screen: the likely one, the usual ones, the rest in groups. Pure.
import type { Act, PossibleAct } from "@/api/types";

export type Group = "case" | "work" | "support" | "supervision";

const GROUPS: Record<Group, readonly Act[]> = {
  case: [],
  work: [
    "sign", "start", "feed_back", "ask_extension", "ask_suspension", "grant", "deny", "suspend", "resume", "return", "escalate", "ask_check", "check", "rework",
  ],
  support: ["ask_help", "take_task", "finish_task", "hand_back", "withdraw_task", "rate_help"],
  supervision: ["urge", "supervise", "answer"],
};
/** Somebody waits for these: they are never put away. */
const OWED = new Set<Act>(["answer", "take_task", "finish_task", "look_back", "split"]);
const CENTER = new Set<Act>(["look_back", "split"]);
/** Seldom the right thing: put away although they belong to the state. */
const SELDOM = new Set<Act>(["merge", "archive", "place", "retype", "describe", "divide", "note", "rate_help"]);
const USUAL = 3;

export function groupOf(act: Act): Group {
  return (Object.keys(GROUPS) as Group[]).find((group) => GROUPS[group].includes(act)) ?? "case";
}

export interface Arranged {
  shown: PossibleAct[];
  more: { group: Group; acts: PossibleAct[] }[];
}

/**
 * The likely act first, then those that are owed, a few of the state's own, and the note; the others in groups.
 * above: somebody who could do everything for everybody owes nothing of it.
 */
export function arrange(acts: PossibleAct[], above = false): Arranged {
  const primary = acts.filter((row) => row.primary);
  const others = acts.filter((row) => !row.primary);
  const owed = others.filter((row) => (above ? CENTER : OWED).has(row.act));
  const own = others.filter((row) => !owed.includes(row) && !SELDOM.has(row.act) && ["case", "work"].includes(groupOf(row.act)));
  const note = others.filter((row) => row.act === "note");
  const shown = [...primary, ...owed, ...own.slice(0, Math.max(1, USUAL - owed.length)), ...note];
  const rest = acts.filter((row) => !shown.includes(row));
  if (rest.length < 2) return { shown: [...shown, ...rest], more: [] };
  const groups = (Object.keys(GROUPS) as Group[]).map((group) => ({ group, acts: rest.filter((row) => groupOf(row.act) === group) }));
  return { shown, more: groups.filter((row) => row.acts.length) };
}
