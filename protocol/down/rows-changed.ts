import * as v from "valibot";
import { epoch, instant, rowKey, rowPosition, timestamp, topic, version } from "../fields.ts";
import { rowData } from "../json.ts";
import { settledAnswer } from "../operation.ts";

/** `[set, what, key, position, row]`; of a row that is there no more the first three. */
export const change = v.union([
  v.strictTuple([v.string(), v.picklist(["inserted", "updated"]), rowKey, rowPosition, rowData]),
  v.strictTuple([v.string(), v.literal("deleted"), rowKey]),
]);

/**
 * What became of a channel's rows, in order of commit; a row is always whole. Applies only to a client that stands at `epoch` and `previous`;
 * any other asks for a snapshot. Rows older than those that a client holds come too: one that it does not hold, and that stands
 * before all that it holds of a set that is not whole, it skips.
 */
export const rowsChanged = v.object({
  type: v.literal("rows_changed"),
  timestamp,
  topic,
  epoch,
  version,
  previous: version,
  asOf: instant,
  changes: v.array(change),
  /**
   * What became of operations of this connection's user, whichever of their clients they are of: with this frame the client has all that they
   * changed here. `previous` is `version` where nothing was changed.
   */
  ops: v.optional(v.array(settledAnswer)),
});
