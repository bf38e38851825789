/**
 * A stream position as text: the cursor that a client gets with every frame about a topic, and hands back to get what it missed. It is
 * signed: only a cursor made for the same topic, in the same life of the change rows, is read; every other text is as good as none. And it
 * is sealed: transaction ids would tell an owner how busy the others are.
 *
 * The key is the secret of that life, which the database keeps (sql/incarnation.sql): all daemons read each other's cursors, restarts
 * leave them good, and there is nothing to configure. What is sealed is sealed by its signature: that is another one for every text, and
 * who makes the same cursor twice makes the same text (P. Rogaway, T. Shrimpton, Deterministic authenticated encryption, 2006).
 */
import { timingSafeEqual } from "node:crypto";
import { formatSnapshot, parseSnapshot } from "./snapshot.ts";
import { DIGEST_LENGTH, keyedDigest, seal } from "./keyed-digest.ts";
import { rememberLast } from "./remember-last.ts";
import type { CursorOf, RowsPosition, StreamPosition } from "./stream-position.ts";

/** Characters; room for some 1,500 transactions in progress. */
const MAX_LENGTH = 5_440;
/** Of a longer flush that a broken connection interrupts, the client gets events again, by the ids that it knows. */
export const MAX_SEEN = 32;
/** Where a cursor would be too long: no signature is this short, so that it is never read. */
const NO_CURSOR = "-";

export class Cursors {
  #incarnation: string | undefined;

  /** Cursors of this life of the change rows are good from now on, those of the one before are void. */
  begin(incarnation: string): void {
    this.#incarnation = incarnation;
  }

  /** Undefined for what was not made by {@link writeCursor} for this topic in this life of the change rows. */
  read(topic: string, cursor: string): StreamPosition | undefined {
    const incarnation = this.#incarnation;
    if (incarnation === undefined || cursor.length > MAX_LENGTH) return undefined;
    const signature = cursor.slice(0, DIGEST_LENGTH);
    const sealed = Buffer.from(cursor.slice(DIGEST_LENGTH), "base64url");
    const payload = seal(incarnation, signature, sealed).toString("latin1");
    const isGenuine = isSame(`${sign(topic, incarnation, payload)}${sealed.toString("base64url")}`, cursor);
    return isGenuine ? { incarnation, ...unpack(payload) } : undefined;
  }
}

/** Good as long as the life of the change rows that the position is of. */
export const writeCursor: CursorOf = (topic, position) => {
  const packed = pack(position);
  const payload = packed.padEnd(Math.ceil(packed.length / LENGTH_STEP) * LENGTH_STEP);
  const signature = sign(topic, position.incarnation, payload);
  const sealed = seal(position.incarnation, signature, Buffer.from(payload, "latin1"));
  const cursor = `${signature}${sealed.toString("base64url")}`;
  return cursor.length <= MAX_LENGTH ? cursor : NO_CURSOR;
};

/** Most have one such length: whether few transactions are in progress or none does not show either. A multiple of 3 has one spelling in base64. */
const LENGTH_STEP = 36;
const PART = "~";

function sign(topic: string, incarnation: string, payload: string): string {
  // A topic's name holds no NUL.
  return keyedDigest(incarnation, "cursor", `${topic}\0${payload}`);
}

function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/**
 * `asOf~id.id…~xmin.xmax.running…`, the transactions in hexadecimal, each as the distance from the one before; where rows have a place of
 * their own followed by another such snapshot, and by `xid.events` for a part of a transaction.
 */
function pack({ snapshot, asOf, seen = [], rows }: StreamPosition): string {
  const parts = [asOf.toString(36), seen.slice(0, MAX_SEEN).join("."), packSnapshot(snapshot)];
  if (rows !== undefined) parts.push(packRows(rows.snapshot));
  if (rows?.part !== undefined) parts.push(`${rows.part.xid.toString(16)}.${rows.part.events.toString(16)}`);
  return parts.join(PART);
}

/** All topics' cursors of a batch end with the same. */
const packSnapshot = rememberLast(packed);
/** So do those of one transaction in a replay or an import. */
const packRows = rememberLast(packed);

function packed(snapshot: string): string {
  const { xmin, xmax, running } = parseSnapshot(snapshot);
  const steps = [xmin, xmax - xmin, ...running.map((xid, index) => xid - (running[index - 1] ?? xmin))];
  return steps.map((step) => step.toString(16)).join(".");
}

function unpack(payload: string): Omit<StreamPosition, "incarnation"> {
  const [asOf = "", seen = "", snapshot = "", rows, part] = payload.trimEnd().split(PART);
  return {
    snapshot: unpackSnapshot(snapshot),
    asOf: Number.parseInt(asOf, 36),
    ...(seen === "" ? {} : { seen: seen.split(".") }),
    ...(rows === undefined ? {} : { rows: { snapshot: unpackSnapshot(rows), ...unpackPart(part) } }),
  };
}

function unpackPart(part: string | undefined): Pick<RowsPosition, "part"> {
  if (part === undefined) return {};
  const [xid = "", events = ""] = part.split(".");
  return { part: { xid: BigInt(`0x${xid}`), events: Number.parseInt(events, 16) } };
}

function unpackSnapshot(xids: string): string {
  const [xmin = 0n, span = 0n, ...steps] = xids.split(".").map((step) => BigInt(`0x${step}`));
  let last = xmin;
  const running = steps.map((step) => (last += step));
  return formatSnapshot({ xmin, xmax: xmin + span, running });
}
