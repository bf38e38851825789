import * as v from "valibot";
import { MAX_ID_LENGTH, MAX_KEY_LENGTH, MAX_KIND_LENGTH } from "./limits.ts";
import { TOPIC_NAME } from "./topic.ts";

/** When the daemon made the frame, in milliseconds since 1970 by its own clock. */
export const timestamp = v.pipe(v.number(), v.integer(), v.minValue(0));

/** Chosen by the client, repeated in the answer. */
export const requestId = v.pipe(v.string(), v.minLength(1), v.maxLength(MAX_ID_LENGTH));

/** What one subscribes to, by name: `kind:key`, e.g. `owner:7`. The first ":" separates. */
export const topic = v.pipe(v.string(), v.maxLength(MAX_KIND_LENGTH + 1 + MAX_KEY_LENGTH), v.regex(TOPIC_NAME));

/** Names one life of the daemon's state: versions of different epochs can't be compared. Opaque. */
export const epoch = v.pipe(v.string(), v.minLength(1));

/** Grows within an epoch; a connection never sees it go back. */
export const version = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** ISO instant in UTC with microseconds: `2026-05-08T13:05:09.123456Z`. */
export const instant = v.pipe(v.string(), v.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/));

/** Where a client stands in what happened to a topic: handed back in `resume`, it brings what was missed. Opaque. */
export const cursor = v.pipe(v.string(), v.minLength(1));

/** A duration in milliseconds. */
export const milliseconds = v.pipe(v.number(), v.integer(), v.minValue(0));

/** A user of a channel: the `sub` of their token. */
export const user = v.string();

/** The key of a channel's row, as the database prints it. */
export const rowKey = v.string();

/** Where a row stands among those of its set: of two positions the lesser text comes first. No two rows have the same. */
export const rowPosition = v.pipe(v.string(), v.regex(/^[0-9a-z.]*$/));
