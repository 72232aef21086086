// The case that is open beside the list: read, read again when it changed, and kept from being shown at another moment than asked.
import { onBeforeUnmount, ref, shallowRef, type Ref } from "vue";
import { useI18n } from "vue-i18n";
import { call } from "@/api/client";
import type { CaseDetail } from "@/api/types";
import type { Said } from "@/kit/say";
import { sayPast, unreadable } from "@/live/asOf";
import { readable } from "@/words/format";

const AGAIN = 1000; // milliseconds

/** chosen: the id of the case; lookedAt: the moment or position of the past at which it is looked at, null for now. */
export function useCase(chosen: Ref<string | null>, lookedAt: Ref<string | null>) {
  const { t } = useI18n();
  const detail = shallowRef<CaseDetail | null>(null);
  /** Its history as it was last seen in the present: from the past it leads on. */
  const known = shallowRef<CaseDetail | null>(null);
  const missing = ref<Said | null>(null);
  let stop = new AbortController();

  async function read(id: string, quietly = false): Promise<void> {
    stop.abort();
    const mine = (stop = new AbortController());
    const asked = lookedAt.value;
    if (!quietly) missing.value = null;
    if (asked !== null && !readable(asked)) {
      detail.value = null;
      missing.value = unreadable();
      return;
    }
    try {
      const found = await call.case(id, mine.signal, asked);
      if (chosen.value !== id || lookedAt.value !== asked) return;
      detail.value = found;
      if (asked === null) known.value = found;
    } catch (error) {
      if (mine.signal.aborted) return;
      if (quietly) {
        // What is shown is older than the case: asked for again until it is not.
        window.setTimeout(() => chosen.value === id && !mine.signal.aborted && void read(id, true), AGAIN);
        return;
      }
      detail.value = null;
      missing.value = sayPast(error);
      if (asked !== null && missing.value.status === 404) missing.value = { ...missing.value, what: t("past.noCase"), todo: "" };
    }
  }

  /** The case shown is none or another one now, or the whole desk went to another moment. */
  function turn(id: string | null, moved: boolean): void {
    if (detail.value?.case.id !== id) detail.value = known.value = null;
    if (moved) detail.value = null;
    missing.value = null;
    if (id) void read(id);
  }
  onBeforeUnmount(() => stop.abort());
  return { detail, known, missing, read, turn };
}
