/** What became of a version of a topic on one connection, by what was recorded of its frames. Pure. */
import * as v from "valibot";
import type { RecordedFrame } from "../gateway/sessions/frame-recorder.ts";

/**
 * `sent`: by itself. `merged`: in a later version's frame, with what came within the interval, or while it had not taken what it was sent.
 * `whole`: in the snapshot of that version or a later one, as where it came later. `blocked`: it has not taken what it was sent before.
 * `unsent`: nothing of that version or a later one was sent. `unknown`: it has been sent so much since that nothing of it is kept.
 */
export const DELIVERY = v.object({
  how: v.picklist(["sent", "merged", "whole", "blocked", "unsent", "unknown"]),
  /** In which it was. */
  version: v.optional(v.number()),
  /** ISO 8601. */
  at: v.optional(v.string()),
  /** From the making of the frame until it was handed to the socket. */
  delayMs: v.optional(v.number()),
});
export type Delivery = v.InferOutput<typeof DELIVERY>;

const WHOLE_TYPES: ReadonlySet<string> = new Set(["snapshot", "rows"]);

/** @param frames oldest first; `version` one of this epoch */
export function deliveryOf(
  topic: string,
  version: number,
  frames: readonly RecordedFrame[],
  isBlocked: boolean,
): Delivery {
  const own = frames.filter((frame) => frame.topic === topic && frame.version !== undefined);
  const at = own.findIndex((frame) => (frame.version ?? 0) >= version);
  const frame = own[at];
  if (frame?.version === undefined) return { how: isBlocked ? "blocked" : "unsent" };
  const told = { version: frame.version, at: new Date(frame.atMs).toISOString(), delayMs: frame.delayMs };
  if (WHOLE_TYPES.has(frame.type)) return { how: "whole", ...told };
  if (frame.version === version) return { how: "sent", ...told };
  // What was before the first that is kept may have been the one.
  return at === 0 ? { how: "unknown" } : { how: "merged", ...told };
}
