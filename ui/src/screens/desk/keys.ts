// The keys of the desk. The daily acts have one letter each; nothing is taken while somebody types.
import { onBeforeUnmount, onMounted } from "vue";
import type { Act } from "@/api/types";

export const ACT_KEYS: Partial<Record<Act, string>> = {
  accept: "a", reject: "x", dispatch: "d", sign: "s", start: "b", suspend: "p", resume: "u", feed_back: "f",
  check: "v", rework: "w", close: "c", return: "r", reopen: "o", place: "m", retype: "t", note: "n",
  ask_extension: "e", grant: "g", deny: "y",
};

function typing(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.closest("[role=dialog]") !== null;
}

export function useKeys(handle: (key: string) => boolean): void {
  const listen = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
    if (event.key === "Enter" && event.target instanceof HTMLElement && event.target.closest("button, a, summary")) return;
    if (handle(event.key)) event.preventDefault();
  };
  onMounted(() => window.addEventListener("keydown", listen));
  onBeforeUnmount(() => window.removeEventListener("keydown", listen));
}
