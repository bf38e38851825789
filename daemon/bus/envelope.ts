/**
 * What daemons say to each other, as bytes: sealed, so that only daemons of the same database can make or read it. On a bus anybody may listen and
 * speak: every role of a database may LISTEN and NOTIFY, whatever the channel.
 *
 * The key is the secret of one life of the change rows (sql/incarnation.sql), which seals clients' cursors as well. It is the right one since all
 * daemons of a database have it and nobody else does: no role but deltad's own can read it, a copy of the database has another one, and there is
 * nothing to configure. A crash or a failover makes a new one. Daemons learn it when they begin to read again; one that has not yet is not
 * heard until then. Mostly that is shorter than the silence after which it counts as gone; where it is not, it is missed, and back.
 *
 * A message is `version, key's name, digest, sealed JSON`. By the key's name a daemon tells what another database's daemons say on the same bus,
 * or those of another life, from what was forged.
 */
import { timingSafeEqual } from "node:crypto";
import * as v from "valibot";
import { DIGEST_LENGTH, keyedDigest, seal } from "../stream/keyed-digest.ts";

const name = v.pipe(v.string(), v.minLength(1), v.maxLength(64));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const common = {
  /** The daemon's life that says it. */
  node: name,
  /** How many messages it has sent, this one included. */
  count,
  /** How many of them said something, this one included. */
  said: count,
};
const ENVELOPE = v.variant("type", [
  v.object({ ...common, type: v.literal("said"), kind: name, body: v.unknown() }),
  /** It lives, and hears these. */
  v.object({ ...common, type: v.literal("alive"), hears: v.array(name) }),
  /** It says nothing more. */
  v.object({ ...common, type: v.literal("goodbye") }),
]);

export type Envelope = v.InferOutput<typeof ENVELOPE>;

/** Changes with the envelope: daemons of another version are not heard. */
const VERSION = "1";
const KEY_LENGTH = 8;
const HEAD_LENGTH = VERSION.length + KEY_LENGTH + DIGEST_LENGTH;

export class Sealing {
  readonly #incarnation: string;
  readonly #foreword: string;

  /** @param incarnation the secret of this life of the change rows, in hexadecimal */
  constructor(incarnation: string) {
    this.#incarnation = incarnation;
    this.#foreword = `${VERSION}${keyedDigest(incarnation, "peer", "the key's name").slice(0, KEY_LENGTH)}`;
  }

  write(envelope: Envelope): Uint8Array {
    const json = JSON.stringify(envelope);
    const digest = keyedDigest(this.#incarnation, "peer", json);
    const sealed = seal(this.#incarnation, digest, Buffer.from(json));
    return Buffer.concat([Buffer.from(`${this.#foreword}${digest}`, "latin1"), sealed]);
  }

  /** `foreign`: not with this key, and whoever's; `forged`: it says that it is with this key, and no daemon has made it. */
  read(message: Uint8Array): Envelope | "foreign" | "forged" {
    const bytes = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
    const head = bytes.toString("latin1", 0, HEAD_LENGTH);
    if (!head.startsWith(this.#foreword)) return "foreign";
    if (bytes.length <= HEAD_LENGTH) return "forged";
    const digest = head.slice(this.#foreword.length);
    const json = seal(this.#incarnation, digest, bytes.subarray(HEAD_LENGTH)).toString();
    const genuine = Buffer.from(keyedDigest(this.#incarnation, "peer", json), "latin1");
    if (!timingSafeEqual(genuine, Buffer.from(digest, "latin1"))) return "forged";
    const envelope = v.safeParse(ENVELOPE, JSON.parse(json));
    // Only a daemon could have made it: one that speaks otherwise without having said so by its version.
    return envelope.success ? envelope.output : "foreign";
  }
}
