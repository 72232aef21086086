// What a tile asks for itself: when it is shown, now and then, and at once when a connection that was silent is back.
import { onBeforeUnmount, onMounted, watch } from "vue";

/** every: milliseconds. silentSince: when the connection fell silent, null while it is not. idle: whether a turn is left out. */
export function useAgain(read: () => Promise<void>, every: number, silentSince: () => number | null, idle: () => boolean = () => false): void {
  let timer = 0;
  watch(silentSince, (now, before) => now === null && before !== null && void read());
  onMounted(() => {
    void read();
    timer = window.setInterval(() => idle() || void read(), every);
  });
  onBeforeUnmount(() => window.clearInterval(timer));
}
