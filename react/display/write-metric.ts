import type { JsonObject } from "../../protocol/json.ts";
import type { MetricSchema } from "../../protocol/schema.ts";
import { unitIn } from "./document-value.ts";
import type { Format } from "./format.ts";

/** How a present value of the metric, or of its group, is written. */
export function metricWriter(metric: MetricSchema, metrics: JsonObject, format: Format): (value: never) => string {
  switch (metric.kind) {
    case "count":
      return format.count;
    case "percentage":
      return format.percentage;
    case "growth":
      return format.growth;
    case "date":
      return format.date;
    case "value":
    case "values":
      if (metric.as === "date") return format.date;
      return metric.as === "instant" ? (value: string) => format.dateAndTime(Date.parse(value)) : String;
    case "sum":
    case "decimal":
    case "group":
    case "series": {
      const unit = unitIn(metrics, metric.unit);
      return (value: string | number) => format.amount(String(value), unit);
    }
    default:
      return String;
  }
}

/** What a key of a group by two is called. A key that is no pair, by another version of the daemon, is shown as it is. */
export function pairName(key: string): string {
  try {
    return (JSON.parse(key) as string[]).join(" · ");
  } catch {
    return key;
  }
}
