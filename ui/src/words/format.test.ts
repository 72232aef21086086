// Times in the city's zone, durations in two units, figures as people read them.
import { expect, test } from "vitest";
import { age, asText, clockTime, dayOf, duration, figure, fullDay, localIn, moment, momentIn, readable, share, signed } from "./format";

const NIGHT = Date.parse("2026-11-22T17:05:09Z");

test("times are the city's, not the machine's", () => {
  expect(clockTime(NIGHT, "Asia/Shanghai")).toBe("01:05");
  expect(clockTime(NIGHT, "America/Los_Angeles", true)).toBe("09:05:09");
  expect(dayOf(NIGHT, NIGHT, "Asia/Shanghai", "zh")).toBe("11月23日");
  expect(dayOf(NIGHT, NIGHT, "America/Los_Angeles", "en")).toBe("22 Nov");
  expect(dayOf(NIGHT, NIGHT + 40 * 86_400_000, "Asia/Shanghai", "zh")).toBe("2026年11月23日");
  expect(dayOf(NIGHT, NIGHT + 40 * 86_400_000, "Asia/Shanghai", "en")).toBe("23 Nov 2026");
  expect(fullDay(NIGHT, "Asia/Shanghai", "zh")).toBe("2026年11月23日 周一");
});

test("a moment of today is a time, another is a day and a time", () => {
  expect(moment(NIGHT, NIGHT + 3_600_000, "Asia/Shanghai", "zh")).toBe("01:05");
  expect(moment(NIGHT, NIGHT + 86_400_000, "Asia/Shanghai", "zh")).toBe("11月23日 01:05");
});

test("durations use the two largest units", () => {
  expect(duration(90_000, "zh")).toBe("1 分 30 秒");
  expect(duration(3_600_000 * 27 + 61_000, "en")).toBe("1 d 3 h");
  expect(duration(-3_660_000, "en")).toBe("1 h 1 min");
  expect(duration(0, "zh")).toBe("0 秒");
  expect(duration(12 * 60_000 + 5000, "en")).toBe("12 min");
});

test("ages use one unit", () => {
  expect(age(8_400, "en")).toBe("8 s");
  expect(age(130_000, "zh")).toBe("2 分");
});

test("figures", () => {
  expect(figure(1234567)).toBe("1,234,567");
  expect(figure(null)).toBe("–");
  expect(signed(-3)).toBe("−3");
  expect(signed(1200)).toBe("+1,200");
  expect(share(1, 3)).toBe("33.3%");
  expect(share(3, 3)).toBe("100%");
  expect(share(0, 0)).toBe("–");
});

test("a field's day and time are the center's, across a change of the clocks too", () => {
  expect(localIn(NIGHT, "Asia/Shanghai")).toBe("2026-11-23T01:05");
  expect(momentIn("2026-11-23T01:05", "Asia/Shanghai")).toBe(Date.parse("2026-11-22T17:05:00Z"));
  expect(momentIn("2026-03-08T12:00", "America/Los_Angeles")).toBe(Date.parse("2026-03-08T19:00:00Z"));
  expect(momentIn("2026-03-07T12:00", "America/Los_Angeles")).toBe(Date.parse("2026-03-07T20:00:00Z"));
  expect(momentIn("", "Asia/Shanghai")).toBeNaN();
});

test("a point of the past is a position or a time with its zone", () => {
  for (const good of ["0", "4711", "2026-11-22T09:00:00Z", "2026-11-22T17:00+08:00", "2026-11-22T09:00:00.123456Z"]) expect(readable(good), good).toBe(true);
  for (const bad of ["", "yesterday", "-1", "2026-11-22", "2026-11-22T09:00:00", "2026-13-40T09:00:00Z", "1".repeat(19)]) expect(readable(bad), bad).toBe(false);
  expect(asText(Date.parse("2026-11-22T17:05:00+08:00"))).toBe("2026-11-22T09:05:00Z");
});
