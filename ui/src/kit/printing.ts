// Paper: what is printed is made for it, not the screen. True while a page is being printed or previewed.
import { nextTick, onBeforeUnmount, onMounted, ref } from "vue";

export function usePrinting() {
  const printing = ref(false);
  const media = window.matchMedia("print");
  const begin = (): void => void (printing.value = true);
  const end = (): void => void (printing.value = false);
  const follow = (event: MediaQueryListEvent): void => void (printing.value = event.matches);
  onMounted(() => {
    window.addEventListener("beforeprint", begin);
    window.addEventListener("afterprint", end);
    media.addEventListener("change", follow);
  });
  onBeforeUnmount(() => {
    window.removeEventListener("beforeprint", begin);
    window.removeEventListener("afterprint", end);
    media.removeEventListener("change", follow);
  });
  /** Opens the browser's print dialog once the paper is laid out. */
  async function print(): Promise<void> {
    printing.value = true;
    await nextTick();
    window.print();
    printing.value = false;
  }
  return { printing, print };
}
