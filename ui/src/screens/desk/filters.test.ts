// The address bar, the question to the server and what is heard live mean the same filters.
import { expect, test } from "vitest";
import type { Card } from "@/api/types";
import { fits, quickOf, readFilters, toQuery } from "./filters";

const card = (change: Partial<Card>): Card => ({ number: "JB-1", state: "reported", open: true, late: false, soon: false, urgent: false, needs: false, desk: null, town: "a", ...change }) as Card;

test("nothing asked means all open", () => {
  expect(readFilters({})).toEqual({ open: "true" });
  expect(readFilters({ sort: "reported", case: "x" })).toEqual({ open: "true", sort: "reported" });
  expect(quickOf({ open: "true" })).toBe("all");
});

test("what is not a filter stays out of the question", () => {
  expect(toQuery(readFilters({ late: "true", open: "true", case: "x", new: "1", lang: "en" }))).toBe("open=true&late=true&sort=due");
  expect(toQuery({ state: "closed" })).toBe("state=closed&sort=changed");
});

test("the rows behind a figure are asked for whole, also where a facet is empty", () => {
  const asked = readFilters({ metric: "solved@1", since: "2026-05-01T00:00:00Z", until: "2026-06-01T00:00:00Z", town: "" });
  expect(asked).toEqual({ metric: "solved@1", since: "2026-05-01T00:00:00Z", until: "2026-06-01T00:00:00Z", town: "" });
  expect(toQuery(asked)).toContain("town=&");
  expect(readFilters({ town: "" })).toEqual({ open: "true" });
  expect(fits(card({}), asked)).toBe(false);
});

test("a card heard of fits as the server would say", () => {
  expect(fits(card({}), { open: "true" })).toBe(true);
  expect(fits(card({ open: false }), { open: "true" })).toBe(false);
  expect(fits(card({ desk: "no_place" }), { desk: "true" })).toBe(true);
  expect(fits(card({ town: "b" }), { town: "a", open: "true" })).toBe(false);
  expect(fits(card({ late: true }), { late: "true", open: "true", q: "JB" })).toBe(true);
});
