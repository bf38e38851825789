import * as v from "valibot";
import { epoch, instant, requestId, rowKey, rowPosition, timestamp, topic, version } from "../fields.ts";
import { rowData } from "../json.ts";

/** `[key, position, row]`. */
export const item = v.strictTuple([rowKey, rowPosition, rowData]);

/**
 * All that a channel holds, by the names of its sets. Replaces whatever the client has of this topic. Rows come in ascending order of their
 * positions, which compare as texts.
 */
export const rows = v.object({
  type: v.literal("rows"),
  timestamp,
  topic,
  /** The `subscribe` or `snapshot` that this answers, if it answers one. */
  id: v.optional(requestId),
  epoch,
  version,
  /** The instant at which the rows were so. */
  asOf: instant,
  /** The answer to a `resume`: rows are told whole, never what became of them in between. */
  recovered: v.optional(v.boolean()),
  /** As in `snapshot`. */
  at: v.optional(v.pipe(v.string(), v.minLength(1))),
  sets: v.record(
    v.string(),
    v.object({
      items: v.array(item),
      /** The rows are those from this position on; null: all that there are. `history` gives older ones. */
      from: v.nullable(rowPosition),
    }),
  ),
});
