import * as v from "valibot";
import { MAX_ID_LENGTH, MAX_OWNER_ID_LENGTH } from "./limits.ts";

/** When the daemon made the frame, in milliseconds since 1970 by its own clock. */
export const timestamp = v.pipe(v.number(), v.integer(), v.minValue(0));

/** Chosen by the client, repeated in the answer. */
export const requestId = v.pipe(v.string(), v.minLength(1), v.maxLength(MAX_ID_LENGTH));

/** An owner's key as text, e.g. `7` or a UUID. PostgreSQL's text holds neither NUL nor half of a surrogate pair. */
export const ownerId = v.pipe(v.string(), v.maxLength(MAX_OWNER_ID_LENGTH), v.regex(/^[^\0\p{Surrogate}]+$/u));

/** Names one life of the daemon's state: versions of different epochs can't be compared. Opaque. */
export const epoch = v.pipe(v.string(), v.minLength(1));

/** Grows within an epoch; a connection never sees it go back. */
export const version = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** ISO instant in UTC with microseconds: `2026-05-08T13:05:09.123456Z`. */
export const instant = v.pipe(v.string(), v.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/));

/** Where a client stands in what happened to an owner: handed back in `resume`, it brings what was missed. Opaque. */
export const cursor = v.pipe(v.string(), v.minLength(1));

/** A duration in milliseconds. */
export const milliseconds = v.pipe(v.number(), v.integer(), v.minValue(0));
