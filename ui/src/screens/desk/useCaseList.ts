// The rows of the list: pages by keyset as one scrolls, and what the live feed says of them. Rows never jump:
// a row that changed is changed in place; what is new waits behind one line until it is asked for. A list of the past stands still.
import { computed, ref, shallowRef, type ComputedRef } from "vue";
import { call, Problem } from "@/api/client";
import type { Card } from "@/api/types";
import type { Said } from "@/kit/say";
import { sayPast, unreadable } from "@/live/asOf";
import { readable } from "@/words/format";
import { fits, toQuery, type Filters } from "./filters";

const PAGE = 60;
const MOST = 500; // what the server gives at once

/** asOf: the moment of the past that the list is read at; null: now. */
export function useCaseList(filters: ComputedRef<Filters>, asOf: ComputedRef<string | null>) {
  const rows = shallowRef<Card[]>([]);
  const total = ref<number | null>(null);
  const capped = ref(false); // there are more than `total` says
  const loading = ref(false);
  const wrong = ref<Said | null>(null);
  const at = ref<string | null>(null); // the moment of the past that is shown
  const arrived = ref(new Set<string>());
  let next: string | null = null;
  let stop = new AbortController();

  async function read(after: string | null, limit = PAGE): Promise<void> {
    stop.abort();
    const mine = (stop = new AbortController());
    const moment = asOf.value;
    if (moment !== null && !readable(moment)) {
      wrong.value = unreadable();
      loading.value = false;
      return;
    }
    loading.value = true;
    try {
      const cursor = after ? `&after=${encodeURIComponent(after)}` : "";
      const past = moment === null ? "" : `&as_of=${encodeURIComponent(moment)}`;
      const page = await call.cases(`${toQuery(filters.value)}&limit=${limit}${cursor}${past}`, mine.signal);
      const known = new Set(after ? rows.value.map((row) => row.id) : []);
      rows.value = after ? [...rows.value, ...page.rows.filter((row) => !known.has(row.id))] : page.rows;
      total.value = page.total;
      capped.value = page.capped ?? false;
      next = page.next;
      at.value = page.at ?? null;
      wrong.value = null;
    } catch (error) {
      if (mine.signal.aborted && !(error instanceof Problem)) return;
      wrong.value = sayPast(error);
    } finally {
      if (mine === stop) loading.value = false;
    }
  }

  async function load(): Promise<void> {
    arrived.value = new Set();
    await read(null);
  }

  /** Forget what is shown: it is of another moment. */
  function clear(): void {
    rows.value = [];
    total.value = at.value = next = wrong.value = null;
    capped.value = false;
  }

  async function more(): Promise<void> {
    if (next && !loading.value) await read(next);
  }

  /** Every row of the question, up to so many. */
  async function all(most: number): Promise<void> {
    while (next && rows.value.length < most && wrong.value === null) await read(next, MOST);
  }

  /** What the feed or an act says of cases. */
  function take(cards: Card[]): void {
    if (asOf.value !== null) return;
    const at = new Map(rows.value.map((row, index) => [row.id, index]));
    let changed = false;
    const copy = [...rows.value];
    for (const card of cards) {
      const index = at.get(card.id);
      if (index !== undefined) {
        if ((copy[index]?.version ?? 0) <= card.version) copy[index] = card;
        changed = true;
      } else if (fits(card, filters.value)) {
        arrived.value = new Set(arrived.value).add(card.id);
      }
    }
    if (changed) rows.value = copy;
  }

  /** Cases that are no longer this account's to see. */
  function drop(ids: string[]): void {
    if (asOf.value !== null) return;
    const gone = new Set(ids);
    const kept = rows.value.filter((row) => !gone.has(row.id));
    if (total.value !== null) total.value -= rows.value.length - kept.length;
    if (kept.length < rows.value.length) rows.value = kept;
    arrived.value = new Set([...arrived.value].filter((id) => !gone.has(id)));
  }

  return { rows, total, capped, loading, wrong, at, arrived: computed(() => arrived.value.size), load, clear, more, all, take, drop };
}
