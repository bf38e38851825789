/**
 * What one daemon says of its users, as it knows it or as another one has heard it. Two that hold the same have the same digests: of all of
 * it, and of each of 256 parts, so that of very many only that part is told again in which something was missed.
 */
import { hash } from "node:crypto";
import type { Member } from "./member.ts";

interface Part {
  readonly members: Map<string, Member>;
  digest: number;
}

/** Digests are sums of hashes: a change costs one hash, however many there are. Sums of two stay whole numbers. */
const MODULUS = 2 ** 48;

export class MemberSet {
  readonly #parts = new Map<number, Part>();

  get(topic: string, user: string): Member | undefined {
    const key = keyOf(topic, user);
    return this.#parts.get(partOf(key))?.members.get(key);
  }

  /** In place of what was said of the same user. */
  put(member: Member): void {
    const key = keyOf(member.topic, member.user);
    const at = partOf(key);
    const part = this.#parts.get(at) ?? { members: new Map<string, Member>(), digest: 0 };
    const before = part.members.get(key);
    part.digest = (part.digest + digestOf(member) + MODULUS - (before ? digestOf(before) : 0)) % MODULUS;
    part.members.set(key, member);
    this.#parts.set(at, part);
  }

  /** What was said of the user. */
  delete(topic: string, user: string): Member | undefined {
    const key = keyOf(topic, user);
    const at = partOf(key);
    const part = this.#parts.get(at);
    const before = part?.members.get(key);
    if (part === undefined || before === undefined) return undefined;
    part.members.delete(key);
    part.digest = (part.digest + MODULUS - digestOf(before)) % MODULUS;
    if (part.members.size === 0) this.#parts.delete(at);
    return before;
  }

  /** Of all. */
  get digest(): number {
    let sum = 0;
    for (const { digest } of this.#parts.values()) sum = (sum + digest) % MODULUS;
    return sum;
  }

  /** Of each part with members, by its number. */
  digests(): ReadonlyMap<number, number> {
    return new Map([...this.#parts].map(([at, { digest }]) => [at, digest]));
  }

  part(at: number): readonly Member[] {
    return [...(this.#parts.get(at)?.members.values() ?? [])];
  }

  *[Symbol.iterator](): Iterator<Member> {
    for (const { members } of this.#parts.values()) yield* members.values();
  }
}

/** Names a user at a topic, whose name holds no NUL. */
export function keyOf(topic: string, user: string): string {
  return `${topic}\0${user}`;
}

function partOf(key: string): number {
  return hash("sha1", key, "buffer").readUInt8(0);
}

function digestOf({ topic, user, state = "", saidAt, isAway }: Member): number {
  const text = `${keyOf(topic, user)}\0${saidAt}\0${isAway}\0${state}`;
  return hash("sha1", text, "buffer").readUIntBE(0, 6);
}
