/** What daemons say to each other of who is there and who types. */
import * as v from "valibot";
import type { Member } from "./member.ts";

const whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
/** `[topic, user, when it was said, away, JSON of the state or null]`: the user is there. */
const here = v.strictTuple([v.string(), v.string(), whole, v.picklist([0, 1]), v.nullable(v.string())]);
/**
 * `[part, after, up to, users]`: all that is said of the users of a part whose keys are after the one and up to the other; `null`: to its end.
 */
const slice = v.strictTuple([whole, v.string(), v.nullable(v.string()), v.array(here)]);
/** `[topic, user, removed]`: they are there no more. */
const gone = v.strictTuple([v.string(), v.string(), v.picklist([0, 1])]);

const message = v.object({
  /** By the clock of who says it, in milliseconds. */
  at: v.number(),
  changes: v.optional(v.array(v.union([here, gone]))),
  /** `[topic, user, for how many more milliseconds]`; 0: no more. */
  typing: v.optional(v.array(v.strictTuple([v.string(), v.string(), v.number()]))),
  slices: v.optional(v.array(slice)),
  /** Of all that is said, with this. */
  digest: v.optional(whole),
  /** To one daemon: tell those of your parts that differ from these, `[part, digest]`. */
  asks: v.optional(v.array(v.strictTuple([v.string(), v.array(v.strictTuple([whole, whole]))]))),
});
export type PresenceMessage = v.InferOutput<typeof message>;
export type Here = v.InferOutput<typeof here>;
export type Slice = v.InferOutput<typeof slice>;

/** Undefined for what a daemon of another version may say. */
export function readPresenceMessage(body: unknown): PresenceMessage | undefined {
  const read = v.safeParse(message, body);
  return read.success ? read.output : undefined;
}

export function hereOf({ topic, user, saidAt, isAway, state }: Member): Here {
  return [topic, user, saidAt, isAway ? 1 : 0, state ?? null];
}

export function memberOf([topic, user, saidAt, isAway, state]: Here, node: string): Member {
  return { node, topic, user, saidAt, isAway: isAway === 1, state: state ?? undefined };
}

/** Some more than that of its JSON. */
export function lengthOf(said: readonly (string | number | null)[]): number {
  return said.reduce<number>((sum, each) => sum + String(each).length + 3, 2);
}
