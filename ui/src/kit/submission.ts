// One submission of a form has one key, so that sending it again can never do it twice; what failed is said in words.
import { ref } from "vue";
import { newKey } from "@/api/client";
import { sayProblem, type Said } from "./say";

export function useSubmission() {
  const busy = ref(false);
  const said = ref<Said | null>(null);
  let key = newKey();
  let sent = "";

  /** `content` stands for everything that is sent: other content is another submission. Gives nothing where it failed. */
  async function submit<T>(content: string, send: (key: string) => Promise<T>): Promise<T | undefined> {
    if (busy.value) return undefined;
    if (content !== sent) key = newKey();
    sent = content;
    busy.value = true;
    said.value = null;
    try {
      return await send(key);
    } catch (error) {
      said.value = sayProblem(error);
      return undefined;
    } finally {
      busy.value = false;
    }
  }
  /** The next one is another, whatever it holds. */
  function renew(): void {
    sent = "";
    said.value = null;
  }
  return { busy, said, submit, renew };
}
