import assert from "node:assert/strict";
import { it } from "node:test";
import { createLedger } from "../../support/ledger.ts";
import { RecordingSink } from "../../support/recording-sink.ts";
import { readerOf } from "../../support/run-reader.ts";
import { onEachServer } from "../../support/servers.ts";

/** More than are found in the reads that see nothing yet. */
const ZONES = ["UTC", ...Array.from({ length: 60 }, (_, at) => `Zone/${at}`)];

/** Zones are found good one by one, whenever it is asked, once it is told to. */
class LearningSink extends RecordingSink {
  isLearning = false;
  #known = 1;

  override zones(): readonly string[] {
    if (this.isLearning) this.#known = Math.min(ZONES.length, this.#known + 1);
    return ZONES.slice(0, this.#known);
  }

  get knowsAll(): boolean {
    return this.#known === ZONES.length;
  }
}

await onEachServer("zones that are found good while a batch is read", (server) => {
  it("have it read again before it is taken, so that nothing in it is told without its zone", async (t) => {
    const ledger = await createLedger(await server.createDatabase());
    const sink = new LearningSink();
    const running = readerOf(ledger.url, { sink });
    t.after(() => running.stop());
    await running.reader.start();
    await sink.until(() => sink.batches.length > 0, "a first batch");
    let knewAll: boolean | undefined;
    sink.onApply = async () => {
      if (sink.sums.has("1")) knewAll ??= sink.knowsAll;
    };
    sink.isLearning = true;
    await ledger.database.query("insert into ledger (id, holder) values (1, 1)");
    await sink.until(() => sink.sums.has("1"), "the row");
    await sink.until(() => knewAll !== undefined, "its batch");
    assert.equal(knewAll, true);
    assert.equal(sink.sums.get("1"), 1n);
  });
});
