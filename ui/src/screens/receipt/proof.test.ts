// A receipt made by the server's own code is accepted; whatever is changed in it is told, and where.
import { expect, test } from "vitest";
import { bytes, check, checkReceipt, holds, readCode, readReceipt } from "./proof";
import { CODE, RECEIPT, VERIFIER } from "./sample";

const keys = [VERIFIER];

test("a receipt holds", async () => {
  const verdict = await checkReceipt(RECEIPT, keys);
  expect(verdict).toMatchObject({ entry: true, included: true, signed: true, size: 11, position: 7, at: "2026-05-04T04:01:00Z" });
  expect(holds(verdict)).toBe(true);
});

test("every changed character of the entry is told", async () => {
  for (let at = 0; at < RECEIPT.entry.length; at++) {
    const one = RECEIPT.entry[at] === "1" ? "2" : "1";
    const entry = RECEIPT.entry.slice(0, at) + one + RECEIPT.entry.slice(at + 1);
    expect((await checkReceipt({ ...RECEIPT, entry }, keys)).included).toBe(false);
  }
});

test("another number, position, proof or checkpoint is told", async () => {
  expect((await checkReceipt({ ...RECEIPT, number: "QT-08" }, keys)).entry).toBe(false);
  for (const position of [-1, 0, 1, 6, 8, 11, 12]) {
    expect((await checkReceipt({ ...RECEIPT, position }, keys)).included).toBe(false);
  }
  for (const proof of [RECEIPT.proof.slice(1), [...RECEIPT.proof, RECEIPT.proof[0] ?? ""], [...RECEIPT.proof].reverse()]) {
    expect((await checkReceipt({ ...RECEIPT, proof }, keys)).included).toBe(false);
  }
  const checkpoint = RECEIPT.checkpoint.replace("04:01", "04:02");
  expect(await checkReceipt({ ...RECEIPT, checkpoint }, keys)).toMatchObject({ included: true, signed: false });
  expect((await checkReceipt(RECEIPT, [])).signed).toBe(false);
  const other = VERIFIER.replace(/.{3}$/, "AAA");
  expect((await checkReceipt(RECEIPT, [other])).signed).toBe(false);
});

test("the code of a receipt is checked against what the server says", async () => {
  const code = readCode(CODE);
  expect(code?.position).toBe(7);
  const verdict = await check(code?.digest ?? new Uint8Array(), RECEIPT, keys, null);
  expect(holds(verdict)).toBe(true);
  const wrong = await check(bytes("A".repeat(43)), RECEIPT, keys, null);
  expect(holds(wrong)).toBe(false);
});

test("what is no code and no receipt is told apart", () => {
  for (const value of ["", "7", "7.", `0.${"A".repeat(43)}`, `7.${"A".repeat(42)}`, `x.${"A".repeat(43)}`]) expect(readCode(value)).toBeNull();
  for (const value of ["", "{}", "[]", "null", JSON.stringify({ ...RECEIPT, position: "7" }), JSON.stringify({ ...RECEIPT, format: "x" })]) {
    expect(readReceipt(value)).toBeNull();
  }
  expect(readReceipt(JSON.stringify(RECEIPT))).toEqual(RECEIPT);
});
