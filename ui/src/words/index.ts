// The language of the screens: chosen once, remembered, set on the page and on every request.
import { computed, watch } from "vue";
import { createI18n } from "vue-i18n";
import { speak } from "@/api/client";
import { clock } from "@/live/clock";
import type { Name } from "@/api/types";
import { en } from "./en";
import { age, clockTime, dayOf, duration, fullDay, moment, type Tongue } from "./format";
import { zh } from "./zh";

const KEY = "northbank.language";

function first(): "zh-CN" | "en" {
  const asked = new URLSearchParams(location.search).get("lang") ?? localStorage.getItem(KEY) ?? navigator.language;
  return asked.toLowerCase().startsWith("zh") ? "zh-CN" : "en";
}

export const i18n = createI18n({
  legacy: false,
  locale: first(),
  fallbackLocale: "zh-CN",
  messages: { "zh-CN": zh, en },
});

export const locale = i18n.global.locale;
export const tongue = computed<Tongue>(() => (locale.value === "zh-CN" ? "zh" : "en"));

watch(
  locale,
  (next) => {
    document.documentElement.lang = next;
    localStorage.setItem(KEY, next);
    speak(next === "zh-CN" ? "zh" : "en");
  },
  { immediate: true },
);

export function switchLanguage(): void {
  locale.value = locale.value === "zh-CN" ? "en" : "zh-CN";
}

/** A name in the screen's language; the other one where it is missing. */
export function say(name: Name | string | null | undefined): string {
  if (!name) return "";
  if (typeof name === "string") return name;
  return (tongue.value === "zh" ? name.zh || name.en : name.en || name.zh) ?? "";
}

const at = (time: string | number): number => (typeof time === "number" ? time : Date.parse(time));

export const when = {
  time: (time: string | number, seconds = false) => clockTime(at(time), clock.timezone.value, seconds),
  day: (time: string | number) => dayOf(at(time), clock.now.value, clock.timezone.value, tongue.value),
  /** A day without a time (2026-11-22), the same in every zone. */
  date: (day: string) => dayOf(Date.parse(day), clock.now.value, "UTC", tongue.value),
  full: (time: string | number) => fullDay(at(time), clock.timezone.value, tongue.value),
  moment: (time: string | number) => moment(at(time), clock.now.value, clock.timezone.value, tongue.value),
  span: (milliseconds: number) => duration(milliseconds, tongue.value),
  age: (milliseconds: number) => age(milliseconds, tongue.value),
};
