import * as v from "valibot";
import { requestId } from "../fields.ts";
import { MAX_OPERATIONS } from "../limits.ts";
import { operation, operationClient } from "../operation.ts";

/** What `POST /v1/sync` takes. */
export const sync = v.object({
  client: operationClient,
  /** In ascending order, one number after the other. */
  operations: v.pipe(v.array(operation), v.minLength(1), v.maxLength(MAX_OPERATIONS)),
  /** All of them, or else none. Without it each is done by itself, in order, until one must be repeated. */
  atomic: v.optional(v.boolean()),
});
export type SyncRequest = v.InferOutput<typeof sync>;

/**
 * Changes rows of channels. Answered by `operated`, or by `nack` where nothing of it was looked at. What became of an operation comes with the
 * rows that it changed, in `ops` of a `rows_changed`, where this connection is subscribed to the channel; else in `operated`.
 */
export const operate = v.object({ type: v.literal("operate"), id: requestId, ...sync.entries });
export type Operate = v.InferOutput<typeof operate>;
