import * as v from "valibot";
import { epoch, requestId, rowPosition, timestamp, topic, version } from "../fields.ts";
import { item } from "./rows.ts";

/**
 * A page of older rows, as they are at this version of the channel: a client that stands at another one, as a snapshot came in between, asks
 * again.
 */
export const history = v.object({
  type: v.literal("history"),
  timestamp,
  topic,
  id: requestId,
  epoch,
  version,
  /** The name of the set. */
  rows: v.string(),
  /** In ascending order of their positions, all before that of the request. */
  items: v.array(item),
  /** With this page the client holds all rows from here on; null: all that there are. */
  from: v.nullable(rowPosition),
});
