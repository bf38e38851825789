import * as v from "valibot";
import { timestamp, topic, user } from "../fields.ts";

/** What is told of a user. */
const shown = v.object({
  /** What their client said last of them: any JSON. */
  state: v.optional(v.unknown()),
  /** All their clients are out of sight. */
  away: v.optional(v.literal(true)),
});

/** `[user, what is told of them]`. */
const person = v.strictTuple([user, shown]);

/**
 * Who is at a channel: each user once, whatever the number of their connections. `users` are all of them, and replace whom the client has;
 * without it `joined`, `updated` and `left` say what has changed; an empty `joined` alone says that nobody has, but `partial`. A frame with none
 * of the four says that they are too many to be told: only how many there are.
 */
export const presence = v.object({
  type: v.literal("presence"),
  timestamp,
  topic,
  /** How many users. */
  count: v.pipe(v.number(), v.integer(), v.minValue(0)),
  users: v.optional(v.array(person)),
  joined: v.optional(v.array(person)),
  /** What is told of them replaces what was. */
  updated: v.optional(v.array(person)),
  left: v.optional(v.array(user)),
  /** Users of other daemons can't be heard of at present: who is here may be more, and who left may be told late. */
  partial: v.optional(v.literal(true)),
});
