// Which sign a case carries. Pure.
import type { Card, Happening } from "@/api/types";

export type Kind = "urgent" | "watched" | "late" | "soon" | "done" | "open" | "gone";

const DONE = new Set(["closed", "rated", "archived"]);
const GONE = new Set(["rejected", "cancelled", "merged"]);

/** Which sign a case carries: what presses most wins. */
export function kindOf(card: Pick<Card, "urgent" | "late" | "state"> & { soon?: boolean; needs?: boolean } | Happening): Kind {
  if (DONE.has(card.state)) return "done";
  if (GONE.has(card.state)) return "gone";
  if (card.urgent) return waits(card) ? "urgent" : "watched";
  if (card.late) return "late";
  return "soon" in card && card.soon ? "soon" : "open";
}

/** Whether an urgent case still waits for somebody; a line of the stream is judged by its state. */
function waits(card: { needs?: boolean; state: string }): boolean {
  return card.needs ?? ["reported", "accepted", "returned"].includes(card.state);
}
