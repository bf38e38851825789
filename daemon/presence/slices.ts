/**
 * Parts of what a daemon says of its users that are to be told again, in slices: of 100,000 users a part has 400, more than goes into one
 * message. A slice is all that is said of a part's users whose keys are after one and up to another, so whoever hears it knows also who is
 * there no more, whichever other slices are lost. What changes between two slices is told by itself.
 */
import type { Member } from "./member.ts";
import { keyOf, type MemberSet } from "./member-set.ts";
import { hereOf, lengthOf, type Slice } from "./presence-message.ts";

export class Slices {
  readonly #members: MemberSet;
  /** By part, the key after which it is still to be told. */
  readonly #waiting = new Map<number, string>();

  constructor(members: MemberSet) {
    this.#members = members;
  }

  /** Nothing is to be told again. */
  get isEmpty(): boolean {
    return this.#waiting.size === 0;
  }

  /** The whole part, also where some of it was told already. */
  add(part: number): void {
    this.#waiting.set(part, "");
  }

  /** The first that wait, until these have so many characters: of one user more, at most. */
  take(mostCharacters: number): Slice[] {
    const slices: Slice[] = [];
    let characters = 0;
    for (const [part, after] of this.#waiting) {
      if (characters >= mostCharacters) break;
      const slice = this.#cut(part, after, mostCharacters - characters);
      const [, , upTo, said] = slice;
      slices.push(slice);
      characters += said.reduce((sum, one) => sum + lengthOf(one), after.length + (upTo ?? "").length + 10);
      if (upTo === null) this.#waiting.delete(part);
      else this.#waiting.set(part, upTo);
    }
    return slices;
  }

  #cut(part: number, after: string, mostCharacters: number): Slice {
    const left = inOrder(this.#members.part(part)).filter(([key]) => key > after);
    let characters = 0;
    const end = left.findIndex(([, member]) => (characters += lengthOf(hereOf(member))) >= mostCharacters) + 1;
    const said = end === 0 ? left : left.slice(0, end);
    const upTo = said.length < left.length ? (said.at(-1)?.[0] ?? null) : null;
    return [part, after, upTo, said.map(([, member]) => hereOf(member))];
  }
}

/** Who is held and, by the slice, is there no more. */
export function absentBy([part, after, upTo, said]: Slice, held: MemberSet): readonly Member[] {
  const present = new Set(said.map(([topic, user]) => keyOf(topic, user)));
  return held.part(part).filter(({ topic, user }) => {
    const key = keyOf(topic, user);
    return key > after && (upTo === null || key <= upTo) && !present.has(key);
  });
}

function inOrder(members: readonly Member[]): (readonly [key: string, member: Member])[] {
  return members
    .map((member) => [keyOf(member.topic, member.user), member] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
}
