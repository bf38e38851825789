/** PostgreSQL's own word on which transactions a snapshot sees, against ours. */
import assert from "node:assert/strict";
import { before, it } from "node:test";
import fc from "fast-check";
import { formatSnapshot, includes, parseSnapshot, sees } from "../../../daemon/stream/snapshot.ts";
import { onEachServer, type TestDatabase } from "../../support/servers.ts";

const xid = fc.bigInt({ min: 3n, max: 60n });
const snapshot = fc.uniqueArray(xid, { minLength: 1, maxLength: 8 }).map((xids) => {
  const sorted = xids.toSorted((a, b) => (a < b ? -1 : 1));
  const xmax = sorted.pop() ?? 3n;
  return { xmin: sorted[0] ?? xmax, xmax, running: sorted };
});

await onEachServer("snapshots", (server) => {
  let database: TestDatabase;
  before(async () => {
    database = await server.createDatabase();
  });

  it("a transaction is visible here exactly where it is to pg_visible_in_snapshot", async () => {
    const cases = fc.sample(fc.tuple(snapshot, xid), 3_000);
    const rows = await database.query<{ visible: boolean; text: string }>(
      `select pg_visible_in_snapshot(x::text::xid8, s::pg_snapshot) as visible, s::pg_snapshot::text as text
         from unnest($1::text[], $2::text[]) with ordinality as c(x, s, n) order by n`,
      [cases.map(([, x]) => String(x)), cases.map(([s]) => formatSnapshot(s))],
    );
    assert.equal(rows.length, cases.length);
    for (const [index, [, x]] of cases.entries()) {
      const { visible, text } = rows[index] ?? { visible: false, text: "" };
      assert.equal(sees(parseSnapshot(text), x), visible, `${x} in ${text}`);
    }
  });
});

it("One snapshot includes another exactly where it sees all that the other sees", () => {
  fc.assert(
    fc.property(snapshot, snapshot, (later, earlier) => {
      const all = Array.from({ length: 70 }, (_, n) => BigInt(n));
      const isIncluded = all.every((x) => !sees(earlier, x) || sees(later, x));
      // Two ways to write the same: only a snapshot whose last transactions are all in progress may be called smaller than it is.
      if (includes(later, earlier)) assert.ok(isIncluded);
      else if (sees(earlier, earlier.xmax - 1n)) assert.ok(!isIncluded);
    }),
  );
});

it("What is no snapshot is refused", () => {
  for (const text of ["", "1:2", "1:2:3,", "a:b:", "1:2:3 ", "-1:2:"])
    assert.throws(() => parseSnapshot(text), SyntaxError);
});
