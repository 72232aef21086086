// What screens make of a grant: its color, how its deadline stands, and who may ask at all.
import type { Grant, GrantView } from "@/api/generated";
import { clock } from "@/live/clock";

export const ASKERS = ["admin", "steward", "duty_officer", "town_officer", "unit_officer"];
const SOON = 0.8; // of its time is gone

export function toneOf(one: GrantView): "late" | "soon" | "done" | "plain" {
  if (one.late) return "late";
  if (one.grant.state === "granted") return "done";
  return one.due_at ? "soon" : "plain";
}

export function dueState(one: GrantView): "running" | "soon" | "late" {
  if (one.late) return "late";
  const from = Date.parse(one.grant.deadlines?.at(-1)?.started_at ?? one.grant.requested_at);
  const due = Date.parse(one.due_at ?? "");
  return (clock.now.value - from) / Math.max(1, due - from) > SOON ? "soon" : "running";
}

/** The terms that hold, or those that are asked for. */
export const termsOf = (grant: Grant) => grant.given ?? grant.asked;
