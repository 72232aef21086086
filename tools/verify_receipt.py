"""Checks receipts, exported entries and proofs of growth of a Northbank journal: `python verify_receipt.py --key KEY FILE...`

Needs Python 3.9 or newer and the package `cryptography`; shares no code with Northbank, so that nobody has to trust it.
KEY is the journal's public key (`name+id+base64`) or a file with such keys, from a place you trust, not from the file you check.
Exit status: 0 everything holds, 1 something was rejected (the place is named), 2 it could not be read. Format: docs/how-to/check-a-receipt.md.
"""

import argparse
import base64
import binascii
import hashlib
import json
import os
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

RECEIPT, ENTRIES, GROWTH = "northbank-receipt-1", "northbank-entries-1", "northbank-consistency-1"
MAX_FAULTS = 20
HEADER = ("id", "stream", "version", "type", "schema", "at", "actor", "cause", "pack", "rule")


class Fault(Exception):
    """What is wrong; the text begins with the place."""


def sha256(data):
    return hashlib.sha256(data).digest()


def node(left, right):
    return sha256(b"\x01" + left + right)


def decode(place, text):
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError, TypeError):
        raw = None
    if raw is None or base64.b64encode(raw).decode() != text:  # spare bits of the last character count too
        raise Fault(f"{place}: not base64")
    return raw


# --- RFC 9162, 2.1: the recursive definitions, read backwards


def split(size):
    """The largest power of two smaller than size."""
    return 1 << ((size - 1).bit_length() - 1)


def root_by_inclusion(leaf, index, size, proof):
    """The root that a proof leads to (2.1.3.1)."""
    if size == 1:
        if proof:
            raise Fault("proof: too many hashes")
        return leaf
    if not proof:
        raise Fault("proof: too few hashes")
    half = split(size)
    if index < half:
        return node(root_by_inclusion(leaf, index, half, proof[:-1]), proof[-1])
    return node(proof[-1], root_by_inclusion(leaf, index - half, size - half, proof[:-1]))


def roots_by_growth(old, new, proof, old_root, whole=True):
    """The old and the new root that a proof leads to (2.1.4.1)."""
    if old == new:
        if len(proof) != (0 if whole else 1):
            raise Fault("proof: wrong number of hashes")
        known = old_root if whole else proof[0]
        return known, known
    if not proof:
        raise Fault("proof: too few hashes")
    half = split(new)
    if old <= half:
        before, after = roots_by_growth(old, half, proof[:-1], old_root, whole)
        return before, node(after, proof[-1])
    before, after = roots_by_growth(old - half, new - half, proof[:-1], old_root, False)
    return node(proof[-1], before), node(proof[-1], after)


# --- keys and checkpoints: C2SP signed-note, tlog-checkpoint


def lines_of(key):
    if not os.path.isfile(key):
        return [key]
    with open(key, encoding="utf-8") as file:
        return file.read().split()


def read_keys(given):
    """{(name, id): key} of verifier keys, given as text or as files with one in a line."""
    keys = {}
    for one in given:
        for line in lines_of(one):
            try:
                name, id, encoded = line.split("+", 2)
            except ValueError:
                raise Fault(f"key {line}: not of the form name+id+base64") from None
            raw = decode("key " + name, encoded)
            if len(raw) != 33 or raw[0] != 1 or sha256(name.encode() + b"\n" + raw)[:4].hex() != id:
                raise Fault(f"key {name}: not an Ed25519 verifier key")
            keys[name, bytes.fromhex(id)] = Ed25519PublicKey.from_public_bytes(raw[1:])
    return keys


class Checkpoint:
    """A signed note that was checked: origin, size, root, time."""

    def __init__(self, place, note, keys):
        if not isinstance(note, str) or "\n\n" not in note:
            raise Fault(f"{place}: no signed note")
        text, _, signatures = note.rpartition("\n\n")
        text += "\n"
        if not any(self.signed(place, line, text, keys) for line in signatures.splitlines()):
            raise Fault(f"{place}: not signed by the key given")
        try:
            origin, size, root, time = text.split("\n")[:4]
            self.origin, self.size, self.root = origin, int(size), decode(place, root)
            self.time = time.split(" ", 1)[1]
        except (ValueError, IndexError):
            raise Fault(f"{place}: no checkpoint") from None
        if self.size < 1 or len(self.root) != 32:
            raise Fault(f"{place}: no checkpoint")

    @staticmethod
    def signed(place, line, text, keys):
        parts = line.split(" ")
        if len(parts) != 3 or parts[0] != "—":
            return False
        raw = decode(place, parts[2])
        key = keys.get((parts[1], raw[:4]))
        if key is None or text.split("\n")[0] != parts[1]:
            return False
        try:
            key.verify(raw[4:], text.encode())
        except InvalidSignature:
            return False
        return True

    def __str__(self):
        told = f"checkpoint of {self.size} entries, signed by {self.origin} at {self.time}"
        mode = self.origin.rpartition("/")[2]
        return told + (f" ({mode.upper()}: not real data)" if mode in ("simulated", "replay") else "")


# --- files


def once(pairs):
    """An object of JSON; a name that stands twice could be read in two ways."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def parse(place, text):
    try:
        return json.loads(text, object_pairs_hook=once)
    except ValueError as error:
        raise Fault(f"{place}: no JSON ({error})") from None


def expect(place, value, **kinds):
    """Exactly these fields, each of its kind (an integer is not a truth value)."""
    if not isinstance(value, dict) or set(value) != set(kinds):
        raise Fault(f"{place}: the fields must be {', '.join(sorted(kinds))}")
    for name, kind in kinds.items():
        if type(value[name]) is not kind:
            raise Fault(f"{place}: {name}: {kind.__name__} expected")


def take_apart(place, text):
    """Header fields and data of an entry's canonical text."""
    header, gap, data = text.partition("\n")
    fields, fact = parse(f"{place}: entry", header), parse(f"{place}: entry", data)
    if not gap or not isinstance(fields, list) or len(fields) != len(HEADER) or not isinstance(fact, dict):
        raise Fault(f"{place}: entry: not the text of an entry")
    return {name: field for name, field in zip(HEADER, fields)}, fact  # noqa: B905, C416


def check_entry(place, line, checkpoint):
    """One entry with its proof against a checkpoint."""
    header, fact = take_apart(place, line["entry"])
    if not 1 <= line["position"] <= checkpoint.size:
        raise Fault(f"{place}: not under the checkpoint, which covers positions 1 to {checkpoint.size}")
    leaf = sha256(b"\x00" + sha256(line["entry"].encode("utf-8", "surrogatepass")))
    proof = [decode(f"{place}: proof", one) for one in line["proof"]]
    if any(len(one) != 32 for one in proof):
        raise Fault(f"{place}: proof: a hash has 32 bytes")
    try:
        root = root_by_inclusion(leaf, line["position"] - 1, checkpoint.size, proof)
    except Fault as fault:
        raise Fault(f"{place}: {fault}") from None
    if root != checkpoint.root:
        raise Fault(f"{place}: the journal holds another entry at this position (changed, moved or inserted)")
    return header, fact


def check_receipt(value, keys):
    expect("receipt", value, format=str, number=str, position=int, entry=str, proof=list, checkpoint=str)
    checkpoint = Checkpoint("checkpoint", value["checkpoint"], keys)
    header, fact = check_entry(f"position {value['position']}", value, checkpoint)
    if header["type"] != "case.reported" or fact.get("number") != value["number"]:
        raise Fault(f"number: the entry is not that of case {value['number']}")
    return f"case {value['number']} was recorded at {header['at']} at position {value['position']}; {checkpoint}"


def check_growth(value, keys):
    expect("proof", value, format=str, old=str, new=str, proof=list)
    old, new = Checkpoint("old", value["old"], keys), Checkpoint("new", value["new"], keys)
    if old.origin != new.origin or old.size > new.size:
        raise Fault(f"old: no older checkpoint of {new.origin}")
    proof = [decode("proof", one) for one in value["proof"]]
    before, after = roots_by_growth(old.size, new.size, proof, old.root)
    if (before, after) != (old.root, new.root):
        raise Fault(f"proof: entries 1 to {old.size} of the newer checkpoint are not those of the older one")
    return f"the journal only grew, from {old.size} to {new.size} entries; {new}"


def check_entries(lines, keys, first=None, last=None):
    """Exported entries, one a line. Goes on after a fault, so that every place is named (up to MAX_FAULTS)."""
    head = parse("line 1", next(lines))
    expect("line 1", head, format=str, first=int, last=int, checkpoint=str)
    checkpoint = Checkpoint("line 1: checkpoint", head["checkpoint"], keys)
    for name, asked in (("first", first), ("last", last)):
        if asked is not None and head[name] != asked:
            raise Fault(f"line 1: {name} is {head[name]}, and {asked} was asked for")
    faults, expected = [], head["first"]
    for number, text in enumerate(lines, 2):
        try:
            line = parse(f"line {number}", text)
            expect(f"line {number}", line, position=int, entry=str, proof=list)
            position = line["position"]
            if position < expected:
                raise Fault(f"line {number}, position {position}: stands after position {expected - 1}")
            if position > expected:
                gap = f"position {expected}" if position == expected + 1 else f"positions {expected} to {position - 1}"
                faults.append(f"line {number}: {gap} missing before position {position}")
            expected = position + 1
            if not head["first"] <= position <= head["last"]:
                raise Fault(f"line {number}, position {position}: not of this export")
            check_entry(f"line {number}, position {position}", line, checkpoint)
        except Fault as fault:
            faults.append(str(fault))
        if len(faults) >= MAX_FAULTS:
            break
    else:
        if expected <= head["last"]:
            faults.append(f"the end: positions {expected} to {head['last']} missing")
    if faults:
        raise Fault("\n".join(faults))
    return f"entries {head['first']} to {head['last']} are as recorded; {checkpoint}"


def check_file(path, keys, first=None, last=None):
    """What was found to hold of a file; raises Fault."""
    with open(path, encoding="utf-8") as file:
        start = file.readline()
        if not start.strip():
            raise Fault("line 1: nothing there")
        try:
            value = json.loads(start)
        except ValueError:
            value = None
        if isinstance(value, dict) and value.get("format") == ENTRIES:
            file.seek(0)
            return check_entries(iter(file), keys, first, last)
        value = parse("file", start + file.read())
    kind = value.get("format") if isinstance(value, dict) else None
    if kind == RECEIPT:
        return check_receipt(value, keys)
    if kind == GROWTH:
        return check_growth(value, keys)
    raise Fault(f"format: {RECEIPT}, {ENTRIES} or {GROWTH} expected")


def main(arguments=None):
    reader = argparse.ArgumentParser(description="Check receipts, exported entries and proofs of growth of a journal.")
    reader.add_argument(
        "--key", action="append", required=True, help="public key, or a file with public keys; repeatable"
    )
    reader.add_argument("--first", type=int, help="the export must begin at this position")
    reader.add_argument("--last", type=int, help="the export must end at this position")
    reader.add_argument("files", nargs="+", metavar="FILE")
    asked = reader.parse_args(arguments)
    status = 0
    try:
        keys = read_keys(asked.key)
    except (Fault, OSError, UnicodeDecodeError) as error:
        print(f"UNREADABLE {error}")
        return 2
    for path in asked.files:
        try:
            print(f"OK {path}: {check_file(path, keys, asked.first, asked.last)}")
        except Fault as fault:
            status = max(status, 1)
            for line in str(fault).split("\n"):
                print(f"REJECTED {path}: {line}")
        except (OSError, UnicodeDecodeError, RecursionError) as error:
            status = 2
            print(f"UNREADABLE {path}: {error}")
    return status


if __name__ == "__main__":
    sys.exit(main())
