import type { OwnerReplay } from "../../daemon/resume/owner-replay.ts";
import type { ReplayedEvent } from "../../daemon/resume/replay-path.ts";

/** All that a replay tells; undefined where it ends with nobody being able to say what follows. */
export async function replayed(replay: OwnerReplay): Promise<readonly ReplayedEvent[] | undefined> {
  const events: ReplayedEvent[] = [];
  for (;;) {
    const part = await replay.next();
    if (part === undefined) return undefined;
    events.push(...part.events);
    if (part.isLast) return events;
  }
}

export async function idsOf(replay: OwnerReplay): Promise<readonly string[] | undefined> {
  return (await replayed(replay))?.map(({ event }) => event.id);
}
