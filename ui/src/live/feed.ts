// The wire to the center: a snapshot, then ticks from its position on. A broken line is taken up again
// where it broke (Last-Event-ID), so nothing is missed. No frame for 3.4 s means: no data, and it is said;
// the server sends one each second, and the promise is to be grey within five.
import { readonly, ref } from "vue";
import { FrameReader } from "./frames";
import { clock } from "./clock";
import type { Tick } from "@/api/types";

export const SILENCE = 3400;
const RETRY = [300, 700, 1500, 3000];

export interface Wishes {
  /** Part of what the account may see; all of it when null. */
  scope: string | null;
  /** Loads what the screen shows and gives the cursor it stands at: a position, and whose it is. */
  load(): Promise<string>;
  tick(tick: Tick): void;
}

export class Feed {
  private readonly dead = ref(false);
  private readonly lost = ref<number | null>(null);
  private cursor: string | null = null;
  private stop = new AbortController();
  private line: AbortController | null = null;
  private heard = performance.now();
  private heardAt = clock.now.value;
  private tries = 0;
  private watch = 0;

  /** True when nothing was heard for too long. */
  readonly silent = readonly(this.dead);
  /** The center's time when it was last heard, while silent. */
  readonly since = readonly(this.lost);

  constructor(private readonly wishes: Wishes) {}

  start(): this {
    this.watch = window.setInterval(() => this.look(), 250);
    void this.run();
    return this;
  }

  close(): void {
    this.stop.abort();
    this.line?.abort();
    window.clearInterval(this.watch);
  }

  private look(): void {
    if (performance.now() - this.heard <= SILENCE) return;
    if (!this.dead.value) {
      this.lost.value = this.heardAt;
      this.dead.value = true;
    }
    // A line that is open but mute is given up, so that a new one is tried.
    if (performance.now() - this.heard > SILENCE * 2) this.line?.abort();
  }

  private async run(): Promise<void> {
    while (!this.stop.signal.aborted) {
      try {
        this.line = new AbortController();
        if (this.cursor === null) this.cursor = await this.wishes.load();
        await this.listen(this.line.signal);
      } catch {
        // Every failure has the same answer: wait a little and take the line up again.
      }
      if (this.stop.signal.aborted) return;
      const wait = RETRY[Math.min(this.tries, RETRY.length - 1)] ?? 3000;
      this.tries += 1;
      await new Promise((done) => setTimeout(done, wait));
    }
  }

  private async listen(signal: AbortSignal): Promise<void> {
    const headers: Record<string, string> = { Accept: "text/event-stream" };
    if (this.cursor !== null) headers["Last-Event-ID"] = this.cursor;
    const path = this.wishes.scope === null ? "/live" : `/live?scope=${encodeURIComponent(this.wishes.scope)}`;
    const answer = await fetch(path, { headers, signal, credentials: "same-origin", cache: "no-store" });
    if (!answer.ok || !answer.body) throw new Error(`live ${answer.status}`);
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    const frames = new FrameReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      for (const frame of frames.push(value)) {
        if (frame.event === "reset") {
          this.cursor = null;
          await reader.cancel();
          return;
        }
        if (frame.event === "tick") this.take(JSON.parse(frame.data) as Tick, frame.id);
      }
    }
  }

  private take(tick: Tick, id: string | null): void {
    this.tries = 0;
    this.heard = performance.now();
    this.heardAt = Date.parse(tick.at);
    this.dead.value = false;
    this.lost.value = null;
    clock.sync(tick.at);
    if (id !== null) this.cursor = id;
    this.wishes.tick(tick);
  }
}
