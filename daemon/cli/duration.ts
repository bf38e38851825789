import { InvalidArgumentError } from "commander";
import { secondsOf } from "../config/option-values.ts";

/** For commander: `90s`, `30m`, `1h`, `7d` in seconds. Throws InvalidArgumentError for anything else, and for no time at all. */
export function durationArgument(text: string): number {
  const seconds = secondsOf(text);
  if (!seconds) throw new InvalidArgumentError("Write it like 90s, 30m, 1h or 7d.");
  return seconds;
}
