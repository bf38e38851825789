/**
 * The cursor that a client gets with every frame about an owner, and hands back to get what it missed: how far it is, signed. Only a
 * cursor made for the same owner, from the same life of the change rows, is read; every other text is as good as none.
 */
import { timingSafeEqual } from "node:crypto";
import { formatSnapshot, parseSnapshot } from "./snapshot.ts";
import { keyedDigest } from "./keyed-digest.ts";
import { rememberLast } from "./remember-last.ts";

/** How far a client is that got everything up to here. */
export interface Place {
  readonly owner: string;
  /** The life of the change rows in which the snapshot says anything. */
  readonly incarnation: string;
  /** It has every event that this snapshot sees. */
  readonly snapshot: string;
  /** It has every event by the clock up to this instant, in microseconds since 1970. */
  readonly asOf: number;
  /** Beyond that it has events by these ids: those of one flush that came before this frame. */
  readonly seen: readonly string[];
}

/** Makes the cursor that clients hand back as `resume`. */
export type CursorOf = (place: Place) => string;

/** Characters; room for some 1,500 transactions in progress. */
const MAX_LENGTH = 4_096;
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

  /** Undefined for what was not made by {@link writeCursor} for this owner in this life of the change rows. */
  read(owner: string, cursor: string): Place | undefined {
    const incarnation = this.#incarnation;
    if (incarnation === undefined || cursor.length > MAX_LENGTH) return undefined;
    const [signature = ""] = cursor.split(PART, 1);
    const payload = cursor.slice(signature.length + PART.length);
    const isGenuine = isSame(sign({ owner, incarnation }, payload), signature);
    return isGenuine ? { owner, incarnation, ...unpack(payload) } : undefined;
  }
}

/** Good as long as the life of the change rows that the place is of. */
export const writeCursor: CursorOf = (place) => {
  const payload = pack(place);
  const cursor = `${sign(place, payload)}${PART}${payload}`;
  return cursor.length <= MAX_LENGTH ? cursor : NO_CURSOR;
};

/** All of a cursor may stand in a URL as it is. */
const PART = "~";

function sign({ owner, incarnation }: Pick<Place, "owner" | "incarnation">, payload: string): string {
  // An owner's key holds no NUL.
  return keyedDigest(incarnation, "cursor", `${owner}\0${payload}`);
}

function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** `asOf~id.id…~xmin.xmax.running…`, the transactions in hexadecimal, each as the distance from the one before. */
function pack({ snapshot, asOf, seen }: Place): string {
  return [asOf.toString(36), seen.slice(0, MAX_SEEN).join("."), packSnapshot(snapshot)].join(PART);
}

/** All owners' cursors of a batch end with the same. */
const packSnapshot = rememberLast((snapshot: string): string => {
  const { xmin, xmax, running } = parseSnapshot(snapshot);
  const steps = [xmin, xmax - xmin, ...running.map((xid, index) => xid - (running[index - 1] ?? xmin))];
  return steps.map((step) => step.toString(16)).join(".");
});

function unpack(payload: string): Pick<Place, "snapshot" | "asOf" | "seen"> {
  const [asOf = "", seen = "", xids = ""] = payload.split(PART);
  const [xmin = 0n, span = 0n, ...steps] = xids.split(".").map((step) => BigInt(`0x${step}`));
  let last = xmin;
  const running = steps.map((step) => (last += step));
  const snapshot = formatSnapshot({ xmin, xmax: xmin + span, running });
  return { snapshot, asOf: Number.parseInt(asOf, 36), seen: seen === "" ? [] : seen.split(".") };
}
