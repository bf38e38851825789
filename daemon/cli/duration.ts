import { InvalidArgumentError } from "commander";
import { secondsOf } from "../config/duration.ts";

/** `90s`, `30m`, `1h`, `7d` in seconds; undefined for anything else, and for nothing. */
export function durationSeconds(text: string): number | undefined {
  const seconds = secondsOf(text);
  return seconds === 0 ? undefined : seconds;
}

/** For commander. Throws InvalidArgumentError where {@link durationSeconds} gives nothing. */
export function durationArgument(text: string): number {
  const seconds = durationSeconds(text);
  if (seconds === undefined) throw new InvalidArgumentError("Write it like 90s, 30m, 1h or 7d.");
  return seconds;
}
