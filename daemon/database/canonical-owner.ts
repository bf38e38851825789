import { MAX_KEY_LENGTH } from "../../protocol/limits.ts";
import { errorCode } from "./reason.ts";
import type { Queryable } from "./session.ts";
import type { Sessions } from "./session-pool.ts";

/** Most ids take some 100 bytes here: 10,000 of them 1 MB. None can take more than 20 times as much. */
const REMEMBERED = 10_000;
/** Some two seconds' work for one session; a later request would wait for longer than a client does. */
const MOST_AT_ONCE = 10_000;

/** Spellings that the database gives back as they are, by key type; only the database knows about others. */
const USUAL: Readonly<Record<string, RegExp>> = {
  // Up to the digits that surely fit.
  smallint: /^(0|[1-9]\d{0,3})$/,
  integer: /^(0|[1-9]\d{0,8})$/,
  bigint: /^(0|[1-9]\d{0,17})$/,
  uuid: /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/,
  text: /^[ -~]+$/,
};

/**
 * Owner ids as the database prints them: " 07 " and "7" are one owner where the key is a bigint. Asks the database about
 * unusual spellings, once, and remembers the latest. Gives undefined for text that is no key, or longer than any; rejects when the
 * database can't be asked, or is being asked too much.
 */
export function canonicalOwners(
  keyType: string,
  sessions: Sessions<Queryable>,
): (id: string) => Promise<string | undefined> {
  const usual = USUAL[keyType];
  const known = new Map<string, string | undefined>();
  const asked = new Map<string, Promise<string | undefined>>();
  // The digits after the point are no part of a whole number's name.
  const key = keyType === "numeric" ? "trim_scale($1::text::numeric)" : `$1::text::${keyType}`;
  const text = `select ${key}::text as id where length(${key}::text) <= ${MAX_KEY_LENGTH}`;

  const ask = (id: string): Promise<string | undefined> =>
    sessions.run(async (session) => {
      try {
        return (await session.query<{ id: string }>(text, [id]))[0]?.id;
      } catch (error) {
        if (errorCode(error)?.startsWith("22")) return undefined;
        throw error;
      }
    });
  const learn = async (id: string): Promise<string | undefined> => {
    try {
      const canonical = await ask(id);
      const oldest = known.keys().next();
      if (known.size >= REMEMBERED && !oldest.done) known.delete(oldest.value);
      known.set(id, canonical);
      return canonical;
    } finally {
      asked.delete(id);
    }
  };
  return async (id) => {
    if (id.length > MAX_KEY_LENGTH) return undefined;
    if (usual?.test(id)) return id;
    if (known.has(id)) return known.get(id);
    const under = asked.get(id);
    if (under !== undefined) return under;
    if (asked.size >= MOST_AT_ONCE) throw new Error("too many owner ids are being looked up");
    const learning = learn(id);
    asked.set(id, learning);
    return learning;
  };
}
