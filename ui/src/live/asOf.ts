// The moment of the past that an address names: `as_of`, a position of the journal or a time with its zone. Nothing is drawn here.
import { computed, type ComputedRef } from "vue";
import { useRoute } from "vue-router";
import { call, Problem } from "@/api/client";
import { sayProblem, type Said } from "@/kit/say";
import { i18n } from "@/words";

/** What the address says; null: now. A plus that was typed into an address arrives as a blank. */
export function useAsOf(): ComputedRef<string | null> {
  const route = useRoute();
  return computed(() => {
    const found = [route.query.as_of].flat()[0];
    return found === undefined || found === null ? null : found.trim().replace(" ", "+");
  });
}

/** The moment it means. A position is looked up. */
export async function momentOf(asOf: string): Promise<number> {
  if (asOf.includes("-")) return Date.parse(asOf);
  return Date.parse((await call.cases(`limit=1&as_of=${asOf}`)).at ?? "");
}

const WORDS: Record<string, string> = { bad_moment: "past.unreadable", not_yet: "past.notYet", before_all: "past.beforeAll" };

export function unreadable(): Said {
  return sayPast(new Problem({ status: 422, code: "bad_moment", detail: "" }));
}

/** A failure of a question about the past: where the moment is wrong, in one sentence. */
export function sayPast(error: unknown): Said {
  const said = sayProblem(error);
  const word = WORDS[said.code];
  return word === undefined ? said : { ...said, what: i18n.global.t(word), todo: "" };
}

/** Whether it is the moment that is wrong: asking again would not help. */
export function ofTheMoment(said: Said | null): boolean {
  return said !== null && said.code in WORDS;
}
