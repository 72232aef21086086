// Times, durations and figures as people write them. Pure: language, zone and now are arguments.

export type Tongue = "zh" | "en";

function parts(at: number, zone: string): Record<string, string> {
  const format = formatter(zone);
  return Object.fromEntries(format.formatToParts(at).map((part) => [part.type, part.value]));
}

const formatters = new Map<string, Intl.DateTimeFormat>();
function formatter(zone: string): Intl.DateTimeFormat {
  let found = formatters.get(zone);
  if (!found) {
    found = new Intl.DateTimeFormat("en-GB", {
      timeZone: zone, year: "numeric", month: "numeric", day: "numeric", weekday: "short",
      hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
    });
    formatters.set(zone, found);
  }
  return found;
}

/** 14:05 */
export function clockTime(at: number, zone: string, seconds = false): string {
  const p = parts(at, zone);
  return seconds ? `${p.hour}:${p.minute}:${p.second}` : `${p.hour}:${p.minute}`;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAYS: Record<string, string> = { Mon: "周一", Tue: "周二", Wed: "周三", Thu: "周四", Fri: "周五", Sat: "周六", Sun: "周日" };

/** 11月22日 / 22 Nov; with its year where that is not the year of `now`. */
export function dayOf(at: number, now: number, zone: string, tongue: Tongue): string {
  const p = parts(at, zone);
  const year = p.year === parts(now, zone).year ? "" : p.year;
  if (tongue === "zh") return `${year ? `${year}年` : ""}${Number(p.month)}月${Number(p.day)}日`;
  return `${Number(p.day)} ${MONTHS[Number(p.month) - 1]}${year ? ` ${year}` : ""}`;
}

/** 2026年11月22日 周日 / Sun 22 Nov 2026 */
export function fullDay(at: number, zone: string, tongue: Tongue): string {
  const p = parts(at, zone);
  if (tongue === "zh") return `${p.year}年${Number(p.month)}月${Number(p.day)}日 ${DAYS[p.weekday ?? ""] ?? ""}`;
  return `${p.weekday} ${Number(p.day)} ${MONTHS[Number(p.month) - 1]} ${p.year}`;
}

/** The time alone on the same local day, day and time otherwise. */
export function moment(at: number, now: number, zone: string, tongue: Tongue): string {
  const day = dayOf(at, now, zone, tongue);
  const time = clockTime(at, zone);
  if (day === dayOf(now, now, zone, tongue) && Math.abs(at - now) < 86_400_000) return time;
  return `${day} ${time}`;
}

const UNITS: [number, string, string][] = [
  [86400, " 天", " d"],
  [3600, " 小时", " h"],
  [60, " 分", " min"],
  [1, " 秒", " s"],
];

/** A duration in its two largest units: 2 天 3 小时, 1 h 20 min, 45 s. */
export function duration(milliseconds: number, tongue: Tongue): string {
  let left = Math.max(0, Math.floor(Math.abs(milliseconds) / 1000));
  const words: string[] = [];
  for (const [size, zh, en] of UNITS) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) words.push(`${count}${tongue === "zh" ? zh : en}`);
    else if (words.length > 0) break;
    if (words.length === 2) break;
    // Seconds beside minutes only distract.
    if (words.length === 1 && size === 60 && count >= 10) break;
  }
  return words.length ? words.join(" ") : tongue === "zh" ? "0 秒" : "0 s";
}

/** An age in one unit: 8 秒, 3 min. */
export function age(milliseconds: number, tongue: Tongue): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  for (const [size, zh, en] of UNITS) {
    if (seconds >= size) return `${Math.floor(seconds / size)}${tongue === "zh" ? zh : en}`;
  }
  return tongue === "zh" ? "0 秒" : "0 s";
}

const grouped = new Intl.NumberFormat("en-US");
export function figure(value: number | null | undefined): string {
  return value === null || value === undefined || Number.isNaN(value) ? "–" : grouped.format(value);
}

export function signed(value: number): string {
  return value > 0 ? `+${grouped.format(value)}` : value < 0 ? `−${grouped.format(-value)}` : "±0";
}

export function share(part: number, whole: number): string {
  return whole > 0 ? `${((100 * part) / whole).toFixed(part === whole ? 0 : 1)}%` : "–";
}

/** What a clock in that zone shows, as a date-and-time field wants it: 2026-11-22T14:05. */
export function localIn(at: number, zone: string): string {
  const p = parts(at, zone);
  const two = (value: string | undefined): string => (value ?? "").padStart(2, "0");
  return `${p.year}-${two(p.month)}-${two(p.day)}T${two(p.hour)}:${two(p.minute)}`;
}

/** The moment at which a clock in that zone shows `local` (2026-11-22T14:05); NaN where it is no time. */
export function momentIn(local: string, zone: string): number {
  const wanted = Date.parse(`${local}Z`);
  let at = wanted;
  // Twice, because the offset there may change between the first guess and the answer.
  for (let turn = 0; turn < 2 && !Number.isNaN(at); turn += 1) at += wanted - Date.parse(`${localIn(at, zone)}Z`);
  return at;
}

const POSITION = /^\d{1,18}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)$/;

/** Whether a text names a point of the past: a position of the journal, or a time with its zone. */
export function readable(text: string): boolean {
  return POSITION.test(text) || (TIME.test(text) && !Number.isNaN(Date.parse(text)));
}

/** A moment as it stands in an address, short enough to be sent to somebody: 2026-11-22T09:00:00Z. */
export function asText(at: number): string {
  return new Date(at).toISOString().replace(/\.\d+Z$/, "Z");
}
