// A crowd of acts never hides the likely one, and none is lost.
import { expect, test } from "vitest";
import type { Act, PossibleAct } from "@/api/types";
import { arrange } from "./actGroups";

const act = (name: Act, primary = false): PossibleAct => ({ act: name, primary, needs_reason: false, at_once: false, takes: [] });
const HANDLING: PossibleAct[] = [
  act("feed_back", true), act("ask_extension"), act("ask_suspension"), act("suspend"), act("return"), act("escalate"), act("merge"),
  act("ask_help"), act("withdraw_task"), act("urge"), act("supervise"), act("note"),
];

test("the likely act stands first, a few beside it, the rest in groups; none is lost", () => {
  const found = arrange(HANDLING);
  expect(found.shown.map((row) => row.act)).toEqual(["feed_back", "ask_extension", "ask_suspension", "suspend", "note"]);
  expect(found.more.map((row) => [row.group, row.acts.length])).toEqual([["case", 1], ["work", 2], ["support", 2], ["supervision", 2]]);
  const all = [...found.shown, ...found.more.flatMap((row) => row.acts)].map((row) => row.act);
  expect(all.sort()).toEqual(HANDLING.map((row) => row.act).sort());
});

test("what somebody waits for is never put away", () => {
  const found = arrange([...HANDLING, act("answer"), act("finish_task")]);
  expect(found.shown.map((row) => row.act)).toContain("answer");
  expect(found.shown.map((row) => row.act)).toContain("finish_task");
  expect(found.shown.length).toBeLessThanOrEqual(6);
});

test("one act more is no reason for a menu", () => {
  expect(arrange([act("accept", true), act("reject"), act("merge"), act("note")]).more).toEqual([]);
});
