import assert from "node:assert/strict";
import { it } from "node:test";
import { heapBytes } from "../../support/memory.ts";
import { DEMO } from "../../support/oracle.ts";
import { OwnersOnDatabase } from "../../support/owners-on-database.ts";
import { fillSeasons } from "../../support/seasons.ts";
import { onEachServer } from "../../support/servers.ts";

const SECOND = 1_000_000;
const DAY = 86_400 * SECOND;
const OWNERS = Array.from({ length: 300 }, (_, owner) => String(owner + 1));
/** Of each, without its topic and subscription: 7 KiB, and 45 with a dozen of `Map`s for each listing. */
const MOST_BYTES = 9 * 1024;

await onEachServer("the heap of owners", (server) => {
  it("an owner of 20 listings and 100 bookings takes little room", async (t) => {
    const database = await server.createDatabase();
    const running = await OwnersOnDatabase.open(database, DEMO, Date.now() * 1_000);
    t.after(() => running.stop());
    await fillSeasons(database, { owners: OWNERS.length, listings: 20, bookings: 100 });
    /** The heap with all owners, without what the rig keeps of what was published. A day on nothing else is left of the load. */
    const heapWithOwners = async (): Promise<number> => {
      await running.watch(...OWNERS);
      await running.advanceTo(running.t + SECOND);
      while (running.screens.size < OWNERS.length) await running.catchUp();
      await running.advanceTo(running.t + DAY);
      running.published.length = 0;
      running.screens.clear();
      return heapBytes();
    };
    // What code takes comes with the first ones.
    await heapWithOwners();
    for (const owner of OWNERS) running.owners.unwatch(owner);
    const loaded = await heapWithOwners();
    for (const owner of OWNERS) running.owners.unwatch(owner);
    await running.advanceTo(running.t + DAY);
    const bytes = (loaded - heapBytes()) / OWNERS.length;
    assert.ok(bytes > 1024 && bytes < MOST_BYTES, `${bytes} bytes an owner`);
  });
});
