/**
 * The cursor that a client gets with every frame about an owner, and hands back to get what it missed: how far it is, signed. Only a
 * cursor made for the same owner, from the same life of the change rows, is read; every other text is as good as none.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { formatSnapshot, parseSnapshot } from "../capture/snapshot.ts";

/** How far a client is that got everything up to here. */
export interface Place {
  readonly owner: string;
  /** The life of the change rows in which the snapshot says anything. */
  readonly incarnation: Uint8Array;
  /** It has every event that this snapshot sees. */
  readonly snapshot: string;
  /** It has every event by the clock up to this instant, in microseconds since 1970. */
  readonly asOf: number;
  /** Beyond that it has events by these ids: those of one flush that came before this frame. */
  readonly seen: readonly string[];
}

/** Makes the cursor that clients hand back as `resume`. */
export type CursorOf = (place: Place) => string;

/** 2^128 to guess one, which a subscription is answered the same for anyway. */
const SIGNATURE_BYTES = 16;
/** Base64url; room for some 1,500 transactions in progress. */
const MAX_LENGTH = 4_096;
/** Of a longer flush that a broken connection interrupts, the client gets events again, by the ids that it knows. */
export const MAX_SEEN = 32;
/** Where a cursor would be too long: no signature is this short, so that it is never read. */
const NO_CURSOR = "-";

export class Cursors {
  #incarnation: Uint8Array | undefined;

  /** Cursors of this life of the change rows are good from now on, those of the one before are void. */
  begin(incarnation: Uint8Array): void {
    this.#incarnation = incarnation;
  }

  /** Undefined for what was not made by {@link writeCursor} for this owner in this life of the change rows. */
  read(owner: string, cursor: string): Place | undefined {
    const incarnation = this.#incarnation;
    if (incarnation === undefined || cursor.length > MAX_LENGTH) return undefined;
    const bytes = Buffer.from(cursor, "base64url");
    if (bytes.length <= SIGNATURE_BYTES) return undefined;
    const payload = bytes.subarray(SIGNATURE_BYTES);
    const isGenuine = timingSafeEqual(sign({ owner, incarnation }, payload), bytes.subarray(0, SIGNATURE_BYTES));
    return isGenuine ? { owner, incarnation, ...unpack(payload.toString()) } : undefined;
  }
}

/** Good as long as the life of the change rows that the place is of. */
export const writeCursor: CursorOf = (place) => {
  const payload = Buffer.from(pack(place));
  const cursor = Buffer.concat([sign(place, payload), payload]).toString("base64url");
  return cursor.length <= MAX_LENGTH ? cursor : NO_CURSOR;
};

function sign({ owner, incarnation }: Pick<Place, "owner" | "incarnation">, payload: Uint8Array): Buffer {
  // An owner's key holds no NUL.
  return createHmac("sha256", incarnation)
    .update(owner)
    .update("\0")
    .update(payload)
    .digest()
    .subarray(0, SIGNATURE_BYTES);
}

/** `asOf seen,seen xmin.xmax.running…`, the transactions in hexadecimal, each as the distance from the one before. */
function pack({ snapshot, asOf, seen }: Place): string {
  const { xmin, xmax, running } = parseSnapshot(snapshot);
  const xids = [xmin, xmax, ...running];
  const steps = xids.map((xid, index) => (index === 0 ? xid : xid - (xids[index === 2 ? 0 : index - 1] ?? xid)));
  return [asOf, seen.slice(0, MAX_SEEN).join(","), steps.map((step) => step.toString(16)).join(".")].join(" ");
}

function unpack(payload: string): Pick<Place, "snapshot" | "asOf" | "seen"> {
  const [asOf, seen = "", xids = ""] = payload.split(" ");
  const [xmin = 0n, span = 0n, ...steps] = xids.split(".").map((step) => BigInt(`0x${step}`));
  let last = xmin;
  const running = steps.map((step) => (last += step));
  const snapshot = formatSnapshot({ xmin, xmax: xmin + span, running });
  return { snapshot, asOf: Number(asOf), seen: seen === "" ? [] : seen.split(",") };
}
