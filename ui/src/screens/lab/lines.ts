// How many lines of a file were written anew: those that the other text does not have, on the side that has more of them.

function counted(text: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const line of text.replace(/\r/g, "").trimEnd().split("\n")) found.set(line, (found.get(line) ?? 0) + 1);
  return found;
}

function missing(of: Map<string, number>, from: Map<string, number>): number {
  let count = 0;
  for (const [line, times] of of) count += Math.max(0, times - (from.get(line) ?? 0));
  return count;
}

/** Lines that differ between two texts; a line that only moved does not count. */
export function changedLines(before: string, after: string): number {
  const [old, now] = [counted(before), counted(after)];
  return Math.max(missing(old, now), missing(now, old));
}
