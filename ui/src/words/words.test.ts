// Both languages say everything, with the same placeholders.
import { expect, test } from "vitest";
import { en } from "./en";
import { zh } from "./zh";

function flat(words: object, before = ""): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(words)) {
    const path = before ? `${before}.${key}` : key;
    if (typeof value === "string") found.set(path, value);
    else for (const [inner, text] of flat(value as object, path)) found.set(inner, text);
  }
  return found;
}

const slots = (text: string): Set<string> => new Set([...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1] ?? ""));

test("every word stands in both languages with the same slots", () => {
  const first = flat(zh);
  const second = flat(en);
  expect([...second.keys()].sort()).toEqual([...first.keys()].sort());
  for (const [key, text] of first) {
    expect(text, key).not.toBe("");
    expect(second.get(key), key).not.toBe("");
    expect(slots(second.get(key) ?? ""), key).toEqual(slots(text));
  }
});
