import type { AlarmClock } from "./alarm.ts";

/** Calls `beat` every `everyMs`, the first time after a part of it, so that those who came together are spread. Returns how to stop. */
export function startHeartbeat(
  everyMs: number,
  part: number,
  beat: () => void,
  { setTimeout, clearTimeout }: Pick<AlarmClock, "setTimeout" | "clearTimeout">,
): () => void {
  let timer: unknown;
  const next = (): void => {
    beat();
    timer = setTimeout(next, everyMs);
  };
  timer = setTimeout(next, everyMs * part);
  return () => clearTimeout(timer);
}
