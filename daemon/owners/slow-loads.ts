/** The reader reads at least every 5 s, and owners are looked at with each read: clients hear within 15 s that their numbers lag. */
const LATE_MS = 8_000;
/** Looking at 20,000 owners takes a millisecond. */
const LOOK_EVERY_MS = 1_000;

/** Finds the owners, or channels, that have been waiting for a load for too long, whatever the reason: no session, a lock, a slow statement, resets. */
export class SlowLoads<Owner> {
  readonly #waitsAt: (owner: Owner) => number | undefined;
  /** The owners that waited at the latest look, with the time since which they do, and the version that subscribers have meanwhile. */
  #waiting = new Map<Owner, { readonly sinceMs: number; readonly version: number }>();
  #nextLookMs = Number.NEGATIVE_INFINITY;

  /** `waitsAt`: the version that subscribers of an owner have who waits; undefined for one who does not. */
  constructor(waitsAt: (owner: Owner) => number | undefined) {
    this.#waitsAt = waitsAt;
  }

  /** The owners that are late at this moment. */
  find(owners: Iterable<Owner>, nowMs: number): readonly Owner[] {
    if (nowMs < this.#nextLookMs) return [];
    this.#nextLookMs = nowMs + LOOK_EVERY_MS;
    const before = this.#waiting;
    this.#waiting = new Map();
    const late: Owner[] = [];
    for (const owner of owners) {
      const version = this.#waitsAt(owner);
      if (version === undefined) continue;
      const known = before.get(owner);
      // Another version was shown since: it is another load that it waits for.
      const since = known?.version === version ? known : { sinceMs: nowMs, version };
      this.#waiting.set(owner, since);
      if (nowMs - since.sinceMs >= LATE_MS) late.push(owner);
    }
    return late;
  }
}
