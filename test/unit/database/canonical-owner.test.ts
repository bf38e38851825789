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
      return [{ parts: [String(id).trim()] }] as Row[];
    },
  };
  return { asked, answer, run: <T>(work: (given: typeof session) => Promise<T>): Promise<T> => work(session) };
}

describe("canonical owner ids", () => {
  it("one spelling is asked after once, however many ask at the same time", async () => {
    const database = heldDatabase();
    const canonical = canonicalOwners(["bigint"], database, () => 0);
    const ids = [canonical(" 7", "a"), canonical(" 7", "b"), canonical("08", undefined)];
    database.answer();
    assert.deepEqual(await Promise.all([...ids, canonical("08", "c")]), ["7", "7", "08", "08"]);
    assert.deepEqual(database.asked, [" 7", "08"]);
  });

  it("beyond 10,000 spellings at once the next is refused, until some are answered", async () => {
    const database = heldDatabase();
    const canonical = canonicalOwners(["bigint"], database, () => 0);
    const ids = Array.from({ length: 10_000 }, (_, id) => canonical(` ${id}`, undefined));
    await assert.rejects(canonical("one more", undefined), /too many/);
    assert.equal(database.asked.length, 10_000);
    database.answer();
    await Promise.all(ids);
    assert.equal(await canonical("one more", undefined), "one more");
  });

  it("one asker has 512 looked up at once and ten a second from there, and what is known costs it nothing", async () => {
    const database = heldDatabase();
    let nowMs = 0;
    const canonical = canonicalOwners(["bigint"], database, () => nowMs);
    database.answer();
    const flood = (from: number): Promise<unknown>[] =>
      Array.from({ length: 1_000 }, (_, id) => canonical(` ${from + id}`, "flooder"));
    await Promise.allSettled(flood(0));
    assert.equal(database.asked.length, 512);
    await assert.rejects(canonical("one more", "flooder"), /this token/);
    assert.deepEqual([await canonical(" 7", "flooder"), await canonical("7", "flooder")], ["7", "7"]);
    assert.equal(await canonical("one more", "somebody else"), "one more");
    nowMs = 1_000;
    await Promise.allSettled(flood(1_000));
    assert.equal(database.asked.length, 512 + 1 + 10);
  });

  it("what could not be asked is not asked again for a second", async () => {
    let nowMs = 0;
    let tries = 0;
    const run = async (): Promise<never> => {
      tries += 1;
      throw new Error("the database is away");
    };
    const canonical = canonicalOwners(["bigint"], { run }, () => nowMs);
    for (const at of [0, 500, 999]) {
      nowMs = at;
      await assert.rejects(canonical("07", "a"), /away/);
    }
    assert.equal(tries, 1);
    nowMs = 1_000;
    await assert.rejects(canonical("07", "a"), /away/);
    assert.equal(tries, 2);
  });
});
