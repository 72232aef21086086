// One question to the server: what came, what went wrong, and the last question asked wins.
import { onBeforeUnmount, ref, shallowRef, type Ref, type ShallowRef } from "vue";
import { sayProblem, type Said } from "@/kit/say";

export interface Read<T> {
  found: ShallowRef<T | null>;
  wrong: Ref<Said | null>;
  busy: Ref<boolean>;
  read: () => Promise<void>;
  forget: () => void;
}

/** every: milliseconds after which it is asked again by itself; what stands there stays until the next answer is whole. */
export function useRead<T>(ask: () => Promise<T>, every = 0): Read<T> {
  const found = shallowRef<T | null>(null);
  const wrong = ref<Said | null>(null);
  const busy = ref(false);
  let turn = 0;
  let timer = 0;
  async function read(): Promise<void> {
    const mine = ++turn;
    window.clearTimeout(timer);
    busy.value = true;
    try {
      const answer = await ask();
      if (mine !== turn) return;
      found.value = answer;
      wrong.value = null;
    } catch (error) {
      if (mine === turn) wrong.value = sayProblem(error);
    } finally {
      if (mine === turn) {
        busy.value = false;
        if (every) timer = window.setTimeout(() => void read(), every);
      }
    }
  }
  function forget(): void {
    turn += 1;
    window.clearTimeout(timer);
    found.value = null;
    wrong.value = null;
  }
  onBeforeUnmount(() => {
    turn += 1;
    window.clearTimeout(timer);
  });
  return { found, wrong, busy, read, forget };
}
