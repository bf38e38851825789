import assert from "node:assert/strict";
import { it, type TestContext } from "node:test";
import type { Batch } from "../../../daemon/capture/batch.ts";
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

/** Every batch with a row is to be read in a cut. */
class CuttingSink extends LearningSink {
  override needsCut(batch: Batch): boolean {
    return batch.grains.length > 0;
  }
}

await onEachServer("zones that are found good while a batch is read", (server) => {
  /** Whether all zones were known when the first batch with the row was taken. */
  async function knewAllAtTheRow(t: TestContext, sink: LearningSink): Promise<boolean | undefined> {
    const ledger = await createLedger(await server.createDatabase());
    const running = readerOf(ledger.url, { sink });
    t.after(() => running.stop());
    await running.reader.start();
    await sink.until(() => sink.batches.length > 0, "a first batch");
    let knewAll: boolean | undefined;
    const taken = async (): Promise<void> => {
      if (sink.sums.has("1")) knewAll ??= sink.knowsAll;
    };
    sink.onApply = taken;
    sink.onCut = taken;
    sink.isLearning = true;
    await ledger.database.query("insert into ledger (id, holder) values (1, 1)");
    await sink.until(() => knewAll !== undefined, "its batch");
    assert.equal(sink.sums.get("1"), 1n);
    return knewAll;
  }

  it("have it read again before it is taken, so that nothing in it is told without its zone", async (t) => {
    assert.equal(await knewAllAtTheRow(t, new LearningSink()), true);
  });

  it("are waited for by a cut too", async (t) => {
    const sink = new CuttingSink();
    assert.equal(await knewAllAtTheRow(t, sink), true);
    assert.equal(sink.cuts.length, 1);
  });
});
