// How a deadline stands now. Pure.
import type { Deadline } from "@/api/types";

export type Standing = "running" | "soon" | "late" | "done" | "paused";

export function standing(deadline: Deadline, now: number): Standing {
  const marked = deadline.marked ?? [];
  const due = deadline.due_at ? Date.parse(deadline.due_at) : Infinity;
  if (deadline.met_at) return Date.parse(deadline.met_at) > due ? "late" : "done";
  if (deadline.paused_at) return "paused";
  if (marked.includes("overdue") || due < now) return "late";
  return marked.includes("soon") ? "soon" : "running";
}
