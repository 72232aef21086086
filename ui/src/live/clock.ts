// The center's clock: the server's time, carried forward by this screen at the center's speed.
// Ages and remaining times read it, so a wrong clock on a screen changes nothing.
import { readonly, ref } from "vue";

const now = ref(Date.now());
const zone = ref("Asia/Shanghai");
let base = Date.now();
let mark = performance.now();
let speed = 1;
let held = false; // the screen shows the past: the present is not asked

function advance(): void {
  if (!held) now.value = base + (performance.now() - mark) * speed;
}

export const clock = {
  /** Stand at a moment of the past (null: back to what the center says). */
  hold(at: number | null): void {
    held = at !== null;
    if (at !== null) now.value = at;
  },
  now: readonly(now),
  timezone: readonly(zone),
  zone(next: string): void {
    zone.value = next;
  },
  sync(at: string, nextSpeed?: number): void {
    const time = Date.parse(at);
    if (Number.isNaN(time) || held) return;
    base = time;
    mark = performance.now();
    if (nextSpeed !== undefined && nextSpeed > 0) speed = nextSpeed;
    advance();
  },
};

/** Seconds of this screen's own steady time, ticking once a second: for ages, not for dates. */
export const steady = ref(performance.now());
setInterval(() => {
  steady.value = performance.now();
  advance();
}, 1000);
