import * as v from "valibot";
import { cursor, epoch, instant, ownerId, requestId, timestamp, version } from "../fields.ts";
import { jsonObject } from "../json.ts";

/** An owner's whole document. Replaces whatever the client has of this owner, whatever its epoch and version. */
export const snapshot = v.object({
  type: v.literal("snapshot"),
  timestamp,
  ownerId,
  /** The `subscribe` or `snapshot` that this answers, if it answers one. */
  id: v.optional(requestId),
  epoch,
  version,
  /** The instant that all values hold for. */
  asOf: instant,
  cursor,
  /**
   * The answer to a `resume`. True: the events that were missed follow. False: nobody can say what was missed; everything from here
   * on comes.
   */
  recovered: v.optional(v.boolean()),
  /** `{}` while the owner has no row. */
  data: jsonObject,
});
