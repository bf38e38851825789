/** Which operations of a queue go out next. */
import { dependsOn, type Entry } from "./operation.ts";

/** In bytes of JSON; the daemon takes 16 KiB for a message. */
export const MAX_OPERATIONS_BYTES = 15 * 1024;

/**
 * What goes into the next message, when the one before has all its answers: what has a number already, in that order, and of one client;
 * else what waits, in the order in which it was made. A batch goes by itself and whole. An operation that depends on one before it waits
 * for the next message: by then it is known what became of that one.
 * @param most how many operations
 */
export function nextFrame(entries: readonly Entry[], most: number): readonly Entry[] {
  const open = entries.filter(({ failure }) => !failure);
  const sent = open.filter(({ seq }) => seq !== undefined).toSorted((a, b) => (a.seq as number) - (b.seq as number));
  const [first, ...others] = sent.length > 0 ? sent : open;
  if (!first) return [];
  const chosen = [first];
  for (const entry of others) {
    const goesAlong =
      entry.client === first.client &&
      entry.batch === first.batch &&
      (entry.batch !== undefined ||
        (chosen.length < most &&
          bytesOf([...chosen, entry]) <= MAX_OPERATIONS_BYTES &&
          !chosen.some((one) => entry.seq === undefined && dependsOn(entry, one))));
    if (!goesAlong) break;
    chosen.push(entry);
  }
  return chosen;
}

/** At least as many as they are when they are sent. */
export function bytesOf(entries: readonly Entry[]): number {
  return new Blob([JSON.stringify(entries)]).size;
}
