import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { canonicalOwners } from "../../../daemon/database/canonical-owner.ts";

/** A database that answers when it is let. */
function heldDatabase() {
  const asked: string[] = [];
  let answer = (): void => undefined;
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const session = {
    query: async <Row>(_: string, [id]: readonly unknown[] = []): Promise<Row[]> => {
      asked.push(String(id));
      await answered;
      return [{ id: String(id).trim() }] as Row[];
    },
  };
  return { asked, answer, run: <T>(work: (given: typeof session) => Promise<T>): Promise<T> => work(session) };
}

describe("canonical owner ids", () => {
  it("one spelling is asked after once, however many ask at the same time", async () => {
    const database = heldDatabase();
    const canonical = canonicalOwners("bigint", database);
    const ids = [canonical(" 7"), canonical(" 7"), canonical("08")];
    database.answer();
    assert.deepEqual(await Promise.all([...ids, canonical("08")]), ["7", "7", "08", "08"]);
    assert.deepEqual(database.asked, [" 7", "08"]);
  });

  it("beyond 10,000 spellings at once the next is refused, until some are answered", async () => {
    const database = heldDatabase();
    const canonical = canonicalOwners("bigint", database);
    const ids = Array.from({ length: 10_000 }, (_, id) => canonical(` ${id}`));
    await assert.rejects(canonical("one more"), /too many/);
    assert.equal(database.asked.length, 10_000);
    database.answer();
    await Promise.all(ids);
    assert.equal(await canonical("one more"), "one more");
  });
});
