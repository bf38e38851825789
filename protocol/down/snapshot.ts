import * as v from "valibot";
import { epoch, instant, ownerId, requestId, timestamp, version } from "../fields.ts";
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
  /** `{}` while the owner has no row. */
  data: jsonObject,
});
