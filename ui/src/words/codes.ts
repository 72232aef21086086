// The names behind the codes of the city: types, towns, units, boards, states. Read once, said in the screen's language.
import { computed, shallowRef } from "vue";
import { city } from "@/api/session";
import type { City, Coded } from "@/api/types";
import { i18n, say, tongue } from "./index";

const found = shallowRef<City | null>(null);
const index = computed(() => {
  const known = found.value;
  const by = (rows: Coded[] | undefined) => new Map((rows ?? []).map((row) => [row.code, row]));
  return {
    types: new Map((known?.types ?? []).map((row) => [row.code, row])),
    units: by(known?.units),
    areas: by(known?.areas),
    boards: by(known?.boards),
    states: by(known?.states),
    sources: by(known?.sources),
    reasons: by(known?.reasons),
    levels: known?.levels ?? {},
    words: known?.words ?? {},
  };
});

export function useCodes() {
  const name = (row: Coded | undefined, code: string | null): string => (row ? say(row.name) : (code ?? ""));
  const short = (family: string, code: string): string => say(index.value.words[`short_${family}.${code}`]);
  const at = index;
  /** What the server calls a state, an act, a fact and the like. */
  const word = (family: string, code: string): string => say(at.value.words[`${family}.${code}`]) || code;
  return {
    word,
    act: (code: string) => capital(word("act", code)),
    stage: (code: string) => capital(word("stage", code)),
    /** The unit that so much time is counted in. */
    time: (amount: number, unit: string) => word(amount === 1 ? "time_one" : "time", unit),
    /** Why a case waits at the desk; nothing where it does not. */
    waits: (code: string | null | undefined) => (code ? word("desk", code) : ""),
    city: found,
    load: async () => {
      found.value ??= await city();
    },
    type: (code: string | null) => (code ? name(at.value.types.get(code), code) : i18n.global.t("list.noType")),
    unit: (code: string | null) => (code ? name(at.value.units.get(code), code) : ""),
    area: (code: string | null) => (code ? name(at.value.areas.get(code), code) : ""),
    board: (code: string | null) => (code ? name(at.value.boards.get(code), code) : ""),
    /** Short names where the pack has them, for places too narrow for the full one; that one goes into the title. */
    short: {
      unit: (code: string | null) => (code ? short("unit", code) || name(at.value.units.get(code), code) : ""),
      area: (code: string | null) => (code ? short("area", code) || name(at.value.areas.get(code), code) : ""),
      board: (code: string | null) => (code ? short("board", code) || name(at.value.boards.get(code), code) : ""),
    },
    state: (code: string) => capital(name(at.value.states.get(code), code)),
    /** The city's own word for a level, or the house's. */
    capital,
    level: (code: "district" | "town") => {
      const found = index.value.levels[code];
      return (tongue.value === "zh" ? found?.zh : found?.en) || i18n.global.t(`level.${code}`);
    },
    source: (code: string | null) => (code ? name(at.value.sources.get(code), code) : ""),
    reason: (code: string) => name(at.value.reasons.get(code), code),
    happened: (what: string) => capital(word("fact", what)),
  };
}

function capital(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}
