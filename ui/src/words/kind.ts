// Which sign a case carries. Pure.
import type { Card, Happening } from "@/api/types";

export type Kind = "urgent" | "watched" | "late" | "soon" | "done" | "open" | "gone";

/** Which sign a case carries: what presses most wins. */
export function kindOf(card: Pick<Card, "urgent" | "late" | "state"> & { soon?: boolean; needs?: boolean } | Happening): Kind {
  if (card.state === "closed") return "done";
  if (card.state === "rejected") return "gone";
  if (card.urgent) return "needs" in card && !card.needs ? "watched" : "urgent";
  if (card.late) return "late";
  return "soon" in card && card.soon ? "soon" : "open";
}
