// What a wall shows, kept current: cards by id, tiles, the stream, and when each tile last changed.
import { computed, ref, shallowRef, triggerRef } from "vue";
import { call } from "@/api/client";
import type { Card, Happening, Snapshot, Tick, Tiles } from "@/api/types";
import { Feed } from "./feed";

const KEEP = 120;

/** `heard` gets every tick; `anew` is called when the screen was away for too long and everything was read again. */
export function usePicture(scope: string | null, heard?: (tick: Tick) => void, anew?: () => void) {
  const tiles = shallowRef<Tiles | null>(null);
  const cards = shallowRef(new Map<string, Card>());
  const stream = shallowRef<Happening[]>([]);
  const position = ref(0);
  const changed = ref<Record<string, number>>({});
  const fresh = shallowRef<Card[]>([]);
  const denied = ref(false);
  const past = ref(false);
  let begun = false;

  function setTiles(next: Tiles): void {
    const now = performance.now();
    const before = tiles.value as unknown as Record<string, unknown> | null;
    for (const [key, value] of Object.entries(next)) {
      if (!before || JSON.stringify(before[key]) !== JSON.stringify(value)) changed.value[key] = now;
    }
    tiles.value = next;
  }

  function setSnapshot(found: Snapshot): void {
    cards.value = new Map(found.cards.filter((card) => card.open).map((card) => [card.id, card]));
    stream.value = [...found.stream].sort((a, b) => b.position - a.position).slice(0, KEEP);
    position.value = found.position;
    setTiles(found.tiles);
  }

  /** A moment of the past: all of it, or what changed since the one that is shown. */
  function showPast(found: Snapshot): void {
    if (!past.value || !found.partial) {
      past.value = true;
      setSnapshot(found);
      return;
    }
    stream.value = [...found.stream].sort((a, b) => b.position - a.position).slice(0, KEEP);
    position.value = found.position;
    for (const card of found.cards) {
      if (card.open) cards.value.set(card.id, card);
      else cards.value.delete(card.id);
    }
    triggerRef(cards);
    setTiles(found.tiles);
  }

  async function showNow(): Promise<void> {
    const found = await call.wall();
    past.value = false;
    setSnapshot(found);
  }

  function merge(tick: Tick): void {
    if (past.value) return;
    position.value = tick.position;
    if (tick.tiles) setTiles(tick.tiles);
    if (tick.cards?.length || tick.gone?.length) mergeCards(tick);
    if (tick.stream?.length) {
      const known = new Set(stream.value.map((row) => row.position));
      const added = tick.stream.filter((row) => !known.has(row.position));
      stream.value = [...added, ...stream.value].sort((a, b) => b.position - a.position).slice(0, KEEP);
    }
  }

  function mergeCards(tick: Tick): void {
    const arrived: Card[] = [];
    for (const card of tick.cards ?? []) {
      const known = cards.value.get(card.id);
      if (known && known.version > card.version) continue;
      if (!known && card.open) arrived.push(card);
      if (!card.open) cards.value.delete(card.id);
      else cards.value.set(card.id, card);
    }
    for (const id of tick.gone ?? []) cards.value.delete(id);
    triggerRef(cards);
    if (arrived.length) fresh.value = arrived;
  }

  const feed = new Feed({
    scope,
    async load() {
      try {
        const found = await call.wall();
        denied.value = false;
        if (!past.value) setSnapshot(found);
        if (begun) anew?.();
        begun = true;
        return found.cursor ?? String(found.position);
      } catch (error) {
        const status = (error as { status?: number }).status;
        denied.value = status === 401;
        if (status === 403) feed.close(); // This post has no wall: its list is read when asked for.
        throw error;
      }
    },
    tick(tick) {
      merge(tick);
      heard?.(tick);
    },
  });

  /** The three open cards that press most: those that need a person first, then urgent, then soon due; the earliest clock first. */
  const pressing = computed(() => {
    const top: Card[] = [];
    for (const card of cards.value.values()) {
      if (weight(card) === 0) continue;
      top.push(card);
      top.sort((a, b) => weight(b) - weight(a) || clockOf(a) - clockOf(b));
      if (top.length > 3) top.pop();
    }
    return top;
  });

  return { tiles, cards, stream, position, changed, fresh, pressing, denied, feed, past, showPast, showNow };
}

function weight(card: Card): number {
  return (card.needs ? 8 : 0) + (card.urgent ? 4 : 0) + (card.late ? 2 : 0) + (card.soon ? 1 : 0);
}
function clockOf(card: Card): number {
  const due = card.stage_due_at ?? card.due_at;
  return due ? Date.parse(due) : Number.MAX_SAFE_INTEGER;
}
