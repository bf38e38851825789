import { KeyedRate } from "../config/keyed-rate.ts";
import { keyParts, spellKey } from "../../protocol/key.ts";
import { MAX_KEY_LENGTH } from "../../protocol/limits.ts";
import { errorCode } from "./reason.ts";
import type { Queryable } from "./session.ts";
import type { Sessions } from "./session-pool.ts";

/** Most ids take some 100 bytes here: 10,000 of them 1 MB. None can take more than 20 times as much. */
const REMEMBERED = 10_000;
/** In all: some two seconds' work for one session; a later request would wait for longer than a client does. */
const MOST_AT_ONCE = 10_000;
/** Of one asker: two tokens with as many names as one may have, or one and as many names in a request. */
const ASKER_AT_ONCE = 512;
const ASKER_PER_SECOND = 10;
/** What could not be asked is not asked again so soon. */
const FAILED_MS = 1_000;

/** Spellings that the database gives back as they are, by key type; only the database knows about others. */
const USUAL: Readonly<Record<string, RegExp>> = {
  // Up to the digits that surely fit.
  smallint: /^(0|[1-9]\d{0,3})$/,
  integer: /^(0|[1-9]\d{0,8})$/,
  bigint: /^(0|[1-9]\d{0,17})$/,
  uuid: /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/,
  text: /^[ -~]+$/,
};

/** The digits after the point are no part of a whole number's name. */
function printed(value: string, type: string): string {
  return `${type === "numeric" ? `trim_scale(${value})` : value}::text`;
}

type Learnt = { readonly id: string | undefined } | { readonly error: unknown; readonly untilMs: number };

/**
 * Owner ids as the database prints them: " 07 " and "7" are one owner where the key is a bigint, "acme/07" and "%61cme/7" where it is
 * a text and a bigint. Asks the database about unusual spellings, once, whatever comes of it, and remembers the latest. Gives undefined for
 * text that is no key, or longer than any; rejects when the database can't be asked, or is being asked too much, by this asker (undefined: one
 * that is trusted) or in all.
 * @param keyTypes those of the key's columns
 * @param monotonicMs milliseconds
 */
export function canonicalOwners(
  keyTypes: readonly string[],
  sessions: Sessions<Queryable>,
  monotonicMs: () => number,
): (id: string, asker: string | undefined) => Promise<string | undefined> {
  const usual = keyTypes.map((type) => USUAL[type]);
  const known = new Map<string, Learnt>();
  const asked = new Map<string, Promise<Learnt>>();
  const rate = new KeyedRate(ASKER_AT_ONCE, ASKER_PER_SECOND, monotonicMs);
  const values = keyTypes.map((type, at) => printed(`$${at + 1}::text::${type}`, type)).join(", ");
  const text = `select array[${values}] as parts where length(concat(${values})) <= ${MAX_KEY_LENGTH}`;

  const ask = (parts: readonly string[]): Promise<Learnt> =>
    sessions.run(async (session) => {
      try {
        const [found] = await session.query<{ parts: string[] }>(text, parts);
        const spelt = found && spellKey(found.parts);
        return { id: spelt !== undefined && spelt.length <= MAX_KEY_LENGTH ? spelt : undefined };
      } catch (error) {
        // Not of that type, or of a domain that has no such value.
        if (/^2[23]/.test(errorCode(error) ?? "")) return { id: undefined };
        throw error;
      }
    });
  const learn = async (id: string, parts: readonly string[]): Promise<Learnt> => {
    const learnt = await ask(parts).catch((error: unknown) => ({ error, untilMs: monotonicMs() + FAILED_MS }));
    asked.delete(id);
    known.delete(id);
    const oldest = known.keys().next();
    if (known.size >= REMEMBERED && !oldest.done) known.delete(oldest.value);
    known.set(id, learnt);
    return learnt;
  };
  const find = (id: string, parts: readonly string[], asker: string | undefined): Learnt | Promise<Learnt> => {
    const before = known.get(id);
    if (before !== undefined && ("id" in before || monotonicMs() < before.untilMs)) return before;
    const under = asked.get(id);
    if (under !== undefined) return under;
    if (asked.size >= MOST_AT_ONCE) throw new Error("too many owner ids are being looked up");
    if (asker !== undefined && !rate.take(asker)) throw new Error("this token has too many owner ids looked up");
    const learning = learn(id, parts);
    asked.set(id, learning);
    return learning;
  };
  return async (id, asker) => {
    if (id.length > MAX_KEY_LENGTH) return undefined;
    const parts = keyParts(id, keyTypes.length);
    if (parts === undefined) return undefined;
    if (parts.every((part, at) => usual[at]?.test(part))) return spellKey(parts);
    const learnt = await find(id, parts, asker);
    if ("error" in learnt) throw learnt.error;
    return learnt.id;
  };
}
