import * as v from "valibot";
import { requestId, topic } from "../fields.ts";
import { MAX_RECEIPT_LENGTH, MAX_WAIT_MS } from "../limits.ts";

/**
 * Asks to hear when the frames of a subscribed topic have what a transaction did: answered by `ack`, which comes after the frame that has it, or
 * `nack`.
 */
export const wait = v.object({
  type: v.literal("wait"),
  id: requestId,
  topic,
  /** What `deltad.here()` gave in the transaction. */
  for: v.pipe(v.string(), v.maxLength(MAX_RECEIPT_LENGTH)),
  /** Default 5,000. */
  timeoutMs: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MAX_WAIT_MS))),
});
