// What the desk knew at a moment of the past: the counts of the ready-made questions, and the open cases for its map.
import { shallowRef, watch, type ComputedRef } from "vue";
import { call } from "@/api/client";
import type { Card, Tiles } from "@/api/types";
import { readable } from "@/words/format";

export function usePastPicture(asOf: ComputedRef<string | null>) {
  const picture = shallowRef<{ tiles: Tiles; cards: Map<string, Card> } | null>(null);
  let stop = new AbortController();
  watch(
    asOf,
    async (next) => {
      stop.abort();
      const mine = (stop = new AbortController());
      picture.value = null;
      if (next === null || !readable(next)) return;
      try {
        const found = await call.wallThen(next, null, mine.signal);
        picture.value = { tiles: found.tiles, cards: new Map(found.cards.filter((card) => card.open).map((card) => [card.id, card])) };
      } catch {
        // The list says what is wrong with the moment; a post without a wall has no counts in the present either.
      }
    },
    { immediate: true },
  );
  return picture;
}
