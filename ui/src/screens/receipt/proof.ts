// Checks a receipt in the browser by itself: hashes (RFC 9162), the signed note, Ed25519. Nothing is asked of the server here.
import type { Receipt } from "@/api/generated";

/** What a QR code carries: where the entry lies, and what it must hash to. */
export interface Code {
  position: number;
  digest: Uint8Array;
}

/** Each step that was checked: true, false, or null where this browser cannot. */
export interface Verdict {
  entry: boolean | null;
  included: boolean;
  signed: boolean | null;
  origin: string;
  size: number;
  at: string;
  position: number;
}

export interface Evidence {
  position: number;
  proof: string[];
  checkpoint: string;
}

const text = new TextEncoder();
const RECEIPT = "northbank-receipt-1";

export function bytes(base64: string): Uint8Array<ArrayBuffer> {
  const raw = atob(base64.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(raw, (one) => one.charCodeAt(0));
}

const same = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((one, at) => one === b[at]);

async function sha256(...parts: Uint8Array[]): Promise<Uint8Array<ArrayBuffer>> {
  const joined = new Uint8Array(parts.reduce((sum, one) => sum + one.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return new Uint8Array(await crypto.subtle.digest("SHA-256", joined));
}

/** `position.digest` of a QR code, or null. */
export function readCode(value: string): Code | null {
  const found = /^([1-9]\d{0,15})\.([\w-]{43})$/.exec(value);
  return found ? { position: Number(found[1]), digest: bytes(found[2] ?? "") } : null;
}

/** A receipt file, or null where it is none. */
export function readReceipt(value: string): Receipt | null {
  try {
    const found = JSON.parse(value) as Partial<Receipt>;
    const right =
      found.format === RECEIPT && typeof found.number === "string" && Number.isSafeInteger(found.position) &&
      typeof found.entry === "string" && typeof found.checkpoint === "string" && Array.isArray(found.proof);
    return right ? (found as Receipt) : null;
  } catch {
    return null;
  }
}

/** The root that a proof leads to (RFC 9162, 2.1.3, read backwards); null where it has too many or too few hashes. */
async function rootOf(leaf: Uint8Array, index: number, size: number, proof: Uint8Array[]): Promise<Uint8Array | null> {
  if (size === 1) return proof.length === 0 ? leaf : null;
  const top = proof[proof.length - 1];
  if (!top) return null;
  let half = 1;
  while (half * 2 < size) half *= 2;
  const rest = proof.slice(0, -1);
  const below = index < half ? await rootOf(leaf, index, half, rest) : await rootOf(leaf, index - half, size - half, rest);
  if (!below) return null;
  return index < half ? sha256(Uint8Array.of(1), below, top) : sha256(Uint8Array.of(1), top, below);
}

/** Digest of an entry's text. */
export const digestOf = (entry: string): Promise<Uint8Array> => sha256(text.encode(entry));

interface Point {
  origin: string;
  size: number;
  root: Uint8Array;
  at: string;
  body: string;
  signatures: string[];
}

function readNote(note: string): Point {
  const gap = note.lastIndexOf("\n\n");
  const body = note.slice(0, gap + 1);
  const [origin = "", size = "", root = "", time = ""] = body.split("\n");
  if (gap < 0 || !/^[1-9]\d{0,15}$/.test(size)) throw new Error("no checkpoint");
  return { origin, size: Number(size), root: bytes(root), at: time.replace(/^time /, ""), body, signatures: note.slice(gap + 2).trimEnd().split("\n") };
}

/** Whether one of the keys signed the note; null where this browser has no Ed25519. */
async function signedBy(point: Point, verifiers: string[]): Promise<boolean | null> {
  for (const verifier of verifiers) {
    const [name = "", id = "", key = ""] = verifier.split("+");
    const raw = bytes(verifier.slice(name.length + id.length + 2) || key);
    for (const line of point.signatures) {
      const [mark, signer, value = ""] = line.split(" ");
      const signature = bytes(value);
      if (mark !== "—" || signer !== name || name !== point.origin) continue;
      let imported: CryptoKey;
      try {
        imported = await crypto.subtle.importKey("raw", raw.slice(1), { name: "Ed25519" }, false, ["verify"]);
      } catch {
        return null;
      }
      if (await crypto.subtle.verify({ name: "Ed25519" }, imported, signature.slice(4), text.encode(point.body))) return true;
    }
  }
  return false;
}

/** Check that the entry of this digest lies where the evidence says. `entry`: what was found out about its text before. */
export async function check(digest: Uint8Array, evidence: Evidence, verifiers: string[], entry: boolean | null): Promise<Verdict> {
  const point = readNote(evidence.checkpoint);
  const leaf = await sha256(Uint8Array.of(0), digest);
  const index = evidence.position - 1;
  const inside = index >= 0 && index < point.size;
  const root = inside ? await rootOf(leaf, index, point.size, evidence.proof.map(bytes)) : null;
  return {
    entry, included: root !== null && same(root, point.root), signed: await signedBy(point, verifiers),
    origin: point.origin, size: point.size, at: point.at, position: evidence.position,
  };
}

/** Check a whole receipt: its entry must be that of its case. */
export async function checkReceipt(receipt: Receipt, verifiers: string[]): Promise<Verdict> {
  let told: unknown = null;
  try {
    told = (JSON.parse(receipt.entry.slice(receipt.entry.indexOf("\n") + 1)) as { number?: unknown }).number;
  } catch {
    told = null;
  }
  return check(await digestOf(receipt.entry), receipt, verifiers, told === receipt.number);
}

export const holds = (verdict: Verdict): boolean => verdict.entry !== false && verdict.included && verdict.signed !== false;
