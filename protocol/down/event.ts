import * as v from "valibot";
import { cursor, timestamp, topic } from "../fields.ts";
import { jsonObject } from "../json.ts";

/** What a configuration may call an event. */
export const eventName = v.pipe(v.string(), v.regex(/^[a-z][a-z0-9_]{0,62}$/));

/** Something happened to a topic. Its type is the name that the configuration gives it; a client skips names that it doesn't know. */
export const event = v.object({
  type: eventName,
  timestamp,
  topic,
  /** Of its topic: every daemon gives an event the same id, and one that was seen by this id in this topic is the same event. */
  id: v.pipe(v.string(), v.minLength(1)),
  cursor,
  /** As declared. No arrays; `null` is a value here. */
  data: jsonObject,
});
export type EventFrame = v.InferOutput<typeof event>;
