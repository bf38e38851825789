import assert from "node:assert/strict";
import { it } from "node:test";
import { Pruner } from "../../../daemon/capture/pruner.ts";
import type { Log } from "../../../daemon/config/log.ts";

const nowhere = (): void => undefined;
const SILENT: Log = { debug: nowhere, info: nowhere, warn: nowhere, error: nowhere };

/** A database in which pruning answers when the test says so: with the rows that it removed, or null. */
class Database {
  readonly #answers: ((pruned: string | null) => void)[] = [];
  statements = 0;

  readonly pruner = new Pruner(
    {
      run: (work) =>
        work({
          query: async <Row>() => {
            this.statements += 1;
            const pruned = await new Promise<string | null>((resolve) => this.#answers.push(resolve));
            return [{ pruned }] as Row[];
          },
        }),
    },
    { seconds: 0, rows: 0 },
    SILENT,
  );

  async answer(pruned: string | null): Promise<void> {
    this.#answers.shift()?.(pruned);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

it("rows are pruned once the lease has passed them, and not before; where nothing was found, nothing is asked", () => {
  const database = new Database();
  database.pruner.noteRead(false, true);
  database.pruner.noteRead(true, true);
  database.pruner.noteRead(false, false);
  assert.equal(database.statements, 0, "the lease has moved to the cursor before the rows");
  database.pruner.noteRead(false, true);
  assert.equal(database.statements, 1);
});

it("what was pruned is not asked for again; what another session kept from being pruned is, when the lease moves", async () => {
  const database = new Database();
  database.pruner.noteRead(true, false);
  database.pruner.noteRead(false, true);
  await database.answer(null);
  database.pruner.noteRead(false, true);
  assert.equal(database.statements, 2);
  await database.answer("1");
  database.pruner.noteRead(false, true);
  assert.equal(database.statements, 2);
});

it("rows that the lease passes while pruning is under way are pruned afterwards", async () => {
  const database = new Database();
  database.pruner.prune();
  database.pruner.noteRead(true, false);
  database.pruner.noteRead(false, true);
  await database.answer("0");
  assert.equal(database.statements, 1);
  database.pruner.noteRead(false, true);
  assert.equal(database.statements, 2);
});

it("pruning goes on, slice after slice, while slices are full", async () => {
  const database = new Database();
  database.pruner.prune();
  await database.answer("5000");
  await database.answer("5000");
  await database.answer("4999");
  assert.equal(database.statements, 3);
});
