import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Reset } from "../../../daemon/capture/batch.ts";
import { type Finding, finding } from "../../../daemon/database/findings.ts";
import type { WatchedTable } from "../../../daemon/plan/watched-table.ts";
import { Fingerprint, UnseenChange } from "../../../daemon/capture/fingerprint.ts";

const whole = (source: string): Reset => ({ source, owner: undefined, rows: undefined, xid: 1n });
const AT_FIRST = JSON.stringify({ "": "m", orders: "a", payments: "a" });
const ORDERS_DIFFER = JSON.stringify({ "": "m", orders: "b", payments: "a" });

const tableOf = (source: string): WatchedTable => ({
  source,
  schema: "s",
  table: source,
  columns: [],
  key: "id",
  owner: "o",
});
const KINDS = [{ tables: ["orders", "payments"].map(tableOf) }];

class Comparisons {
  readonly #fingerprint = new Fingerprint();
  checks = 0;
  findings: Finding[] = [];

  compare(fingerprint: string | undefined, clock: number, resets: readonly Reset[] = []): Promise<void> {
    return this.#fingerprint.compare({ fingerprint, batches: [{ clock, resets }] }, KINDS, async () => {
      this.checks += 1;
      return this.findings;
    });
  }

  async refusal(fingerprint: string, clock: number, resets: readonly Reset[] = []): Promise<UnseenChange> {
    const error = await this.compare(fingerprint, clock, resets).then(
      () => assert.fail("it was taken"),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof UnseenChange);
    return error;
  }
}

describe("a fingerprint of what captures", () => {
  it("is checked once, when it is first seen, and not while it stays the same", async () => {
    const comparisons = new Comparisons();
    await comparisons.compare(AT_FIRST, 1);
    await comparisons.compare(AT_FIRST, 2);
    await comparisons.compare(undefined, 3);
    assert.equal(comparisons.checks, 1);
  });

  it("that differs voids everything since the last comparison, which a read without one is not", async () => {
    const comparisons = new Comparisons();
    await comparisons.compare(AT_FIRST, 1);
    await comparisons.compare(AT_FIRST, 2);
    await comparisons.compare(undefined, 3);
    const { since, message } = await comparisons.refusal(ORDERS_DIFFER, 4);
    assert.equal(since, 2);
    assert.match(message, /changed what captures orders:/);
  });

  it("that differs is taken with a batch that has all owners of the very source read again, after a check", async () => {
    const comparisons = new Comparisons();
    await comparisons.compare(AT_FIRST, 1);
    await comparisons.compare(ORDERS_DIFFER, 2, [whole("orders")]);
    assert.equal(comparisons.checks, 2);
    await comparisons.compare(ORDERS_DIFFER, 3);
    assert.equal((await comparisons.refusal(AT_FIRST, 4)).since, 3);
  });

  it("is not taken for another source's reset, one owner's, or one of a batch before", async () => {
    const comparisons = new Comparisons();
    await comparisons.compare(AT_FIRST, 1);
    await comparisons.refusal(ORDERS_DIFFER, 2, [whole("payments")]);
    await comparisons.refusal(ORDERS_DIFFER, 2, [{ ...whole("orders"), owner: "1" }]);
    await comparisons.compare(AT_FIRST, 3, [whole("orders")]);
    await comparisons.refusal(ORDERS_DIFFER, 4);
  });

  it("that says that something is missing is not taken, whatever is read again", async () => {
    const comparisons = new Comparisons();
    await comparisons.compare(AT_FIRST, 1);
    comparisons.findings = [finding("trigger_missing", "The trigger t is missing.")];
    const { message, since } = await comparisons.refusal(ORDERS_DIFFER, 2, [whole("orders")]);
    assert.deepEqual([message, since], ["The trigger t is missing. [trigger_missing]", 1]);
  });

  it("that differs only in migrations and guards is checked, and nothing is read again", async () => {
    const comparisons = new Comparisons();
    await comparisons.compare(AT_FIRST, 1);
    await comparisons.compare(JSON.stringify({ "": "n", orders: "a", payments: "a" }), 2);
    assert.equal(comparisons.checks, 2);
  });

  it("is of another kind of topics, too: where it is not read again by all that have to do with it, the epoch ends", async () => {
    const fingerprint = new Fingerprint();
    const kinds = [...KINDS, { tables: [tableOf("orders")] }, { tables: [tableOf("payments")] }];
    const compare = (print: string, ...resets: (readonly Reset[])[]): Promise<void> => {
      const [first = [], ...others] = resets;
      const part = (own: readonly Reset[]) => ({ clock: 1, resets: own });
      return fingerprint.compare(
        { fingerprint: print, batches: [part(first), ...others.map(part)] },
        kinds,
        async () => [],
      );
    };
    await compare(AT_FIRST, [], [], []);
    await assert.rejects(compare(ORDERS_DIFFER, [whole("orders")], [], []), UnseenChange);
    await compare(ORDERS_DIFFER, [whole("orders")], [whole("orders")], []);
  });
});
