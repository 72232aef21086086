// Server-sent events read from a stream of text: pure, so that it can be tested byte by byte.

export interface Frame {
  id: string | null;
  event: string;
  data: string;
}

/** Feeds text in any chunks; gives whole frames. Handles CR, LF, comments and multi-line data. */
export class FrameReader {
  private rest = "";
  private id: string | null = null;
  private event = "";
  private data: string[] = [];

  push(text: string): Frame[] {
    const lines = (this.rest + text).split(/\r\n|\n|\r(?!$)/);
    this.rest = lines.pop() ?? "";
    const frames: Frame[] = [];
    for (const line of lines) {
      const frame = this.take(line);
      if (frame) frames.push(frame);
    }
    return frames;
  }

  private take(line: string): Frame | null {
    if (line === "") return this.finish();
    if (line.startsWith(":")) return null;
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "data") this.data.push(value);
    else if (field === "event") this.event = value;
    else if (field === "id" && !value.includes("\0")) this.id = value;
    return null;
  }

  private finish(): Frame | null {
    const { id, event, data } = this;
    this.event = "";
    this.data = [];
    if (data.length === 0) return null;
    return { id, event: event || "message", data: data.join("\n") };
  }
}
