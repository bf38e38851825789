import * as v from "valibot";
import { cursor, epoch, instant, requestId, timestamp, topic, version } from "../fields.ts";
import { jsonObject } from "../json.ts";

/** A topic's whole document. Replaces whatever the client has of this topic, whatever its epoch and version. */
export const snapshot = v.object({
  type: v.literal("snapshot"),
  timestamp,
  topic,
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
  /** Only where an administrator asked for it (`?at=now`): the database's snapshot, as `pg_snapshot` is written, whose rows these values are of. */
  at: v.optional(v.pipe(v.string(), v.minLength(1))),
  /** `{}` while an owner has no row. */
  data: jsonObject,
});
