import type { Environment } from "./environment.ts";

const EVERY_MS = 10_000;
/** A timer of a page in the background comes up to a minute late. */
const LATE_MS = 60_000;

/** Calls back when the computer was asleep: a timer that comes minutes late by the clock. Returns its own undo. */
export function onClockJump(
  listener: () => void,
  { now, setTimeout, clearTimeout }: Pick<Environment, "now" | "setTimeout" | "clearTimeout">,
): () => void {
  let timer: unknown;
  const next = () => {
    const dueAt = now() + EVERY_MS;
    timer = setTimeout(() => {
      const late = now() - dueAt;
      next();
      if (late > LATE_MS) listener();
    }, EVERY_MS);
  };
  next();
  return () => clearTimeout(timer);
}
