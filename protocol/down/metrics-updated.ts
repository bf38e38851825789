import * as v from "valibot";
import { cursor, epoch, instant, timestamp, topic, version } from "../fields.ts";
import { jsonObject } from "../json.ts";

/** What changed. Applies only to a client that stands at `epoch` and `previous`; any other asks for a snapshot. */
export const metricsUpdated = v.object({
  type: v.literal("metrics_updated"),
  timestamp,
  topic,
  epoch,
  version,
  previous: version,
  asOf: instant,
  cursor,
  /** JSON Merge Patch (RFC 7396) of absolute values. */
  data: jsonObject,
});
