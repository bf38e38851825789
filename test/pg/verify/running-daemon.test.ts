/** `deltad verify` beside a running daemon: what its subscribers have is compared with SQL, at the daemon's own snapshot and instant. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { databaseCheck } from "../../../daemon/capture/check-database.ts";
import { DaemonDocuments } from "../../../daemon/verify/daemon-documents.ts";
import { type VerifyOptions, verifyOwners } from "../../../daemon/verify/verify-owners.ts";
import { captureChoices } from "../../../daemon/plan/capture-choices.ts";
import { compile } from "../../../daemon/plan/compile.ts";
import type { Verdict } from "../../../daemon/verify/verdict.ts";
import { loadDefinitionFile } from "../../../daemon/define/definition-file.ts";
import { startGateway, stopGatewaysAfterEach } from "../../support/gateway.ts";
import { SHOP_CONFIG } from "../../support/shop-database.ts";
import { ShopRig } from "../../support/shop-rig.ts";
import { onEachServer, type TestDatabase } from "../../support/servers.ts";
import { token } from "../../support/tokens.ts";

stopGatewaysAfterEach();

/** Done between the two snapshots of each try, before the daemon is asked and after. */
interface Hooks {
  readonly first?: (tries: number) => Promise<unknown>;
  readonly last?: (tries: number) => Promise<unknown>;
}

/** What a superuser can do that nobody notices: rows change, and what the triggers wrote down about it is gone before it can be read. */
const unseen = (change: string): string =>
  `begin; ${change};
   delete from deltad.change_payments where change_xid = pg_current_xact_id();
   delete from deltad.change_orders where change_xid = pg_current_xact_id(); commit`;

function documentsOf(port: number, claims: object = { role: "admin" }): DaemonDocuments {
  return new DaemonDocuments({ url: `http://127.0.0.1:${port}`, token: () => token(claims, Date.now()) });
}

async function verdictOf(
  database: TestDatabase,
  documents: DaemonDocuments,
  { first, last }: Hooks = {},
  choice: VerifyOptions["choice"] = { kind: "all" },
): Promise<Verdict> {
  const definition = await loadDefinitionFile(SHOP_CONFIG);
  const plan = compile(definition);
  let tries = 0;
  return verifyOwners({
    url: database.url,
    plan,
    choice,
    daemon: {
      url: "there",
      read: async (kind, owners) => {
        tries += 1;
        await first?.(tries);
        const answers = await documents.read(kind, owners);
        await last?.(tries);
        return answers;
      },
    },
    check: databaseCheck({ channels: [], plans: [plan], tables: plan.tables }, captureChoices(definition)),
    collectMs: 0,
    sleep: () => Promise.resolve(),
    progress: () => undefined,
    stopping: new AbortController().signal,
  });
}

const EQUAL = {
  daemon: "there",
  compared: 2,
  differing: 0,
  differences: [],
  stale: [],
  unknownZones: [],
  unsettled: [],
  unreadable: [],
};

await onEachServer("verify beside a running daemon", (server) => {
  describe("a shop", () => {
    let rig: ShopRig;
    let documents: DaemonDocuments;
    before(async () => {
      rig = await ShopRig.open(await server.createDatabase());
      documents = documentsOf(rig.port);
    });
    after(() => rig.stop());

    const pay = (shop: number, amount: number): Promise<unknown> =>
      rig.database.query("insert into payments (shop_id, amount) values ($1, $2)", [shop, amount]);

    it("what commits between the first snapshot and the daemon's is counted, and what commits after it is not", async () => {
      const hooks = { first: () => pay(1, 7), last: () => pay(1, 11) };
      assert.deepEqual(await verdictOf(rig.database, documents, hooks), EQUAL);
    });

    it("an owner of whom a bulk statement, a TRUNCATE or its own row says more than deltas do is compared at the next try", async () => {
      const deeds = [
        "insert into payments (shop_id, amount) select 1, 1 from generate_series(1, 5100)",
        "truncate payments",
        "update shops set zone = 'Asia/Tokyo' where id = 1",
        "update shops set currency = 'USD' where id = 1",
      ];
      for (const deed of deeds) {
        for (const when of ["first", "last"] as const) {
          const once = async (tries: number): Promise<unknown> => (tries > 1 ? undefined : rig.database.query(deed));
          assert.deepEqual(await verdictOf(rig.database, documents, { [when]: once }), EQUAL, `${deed}, ${when}`);
        }
      }
    });

    it("one that must be read again whenever it is tried is said to be unsettled, never equal", async () => {
      const other = "update shops set currency = case currency when 'EUR' then 'USD' else 'EUR' end where id = 1";
      const { compared, unsettled } = await verdictOf(rig.database, documents, {
        last: () => rig.database.query(other),
      });
      assert.deepEqual([compared, unsettled], [1, ["1"]]);
    });
  });

  it("says which values a running daemon shows that SQL does not, and by how much", async () => {
    const rig = await ShopRig.open(await server.createDatabase());
    try {
      await rig.database.query(
        unseen("update payments set amount = amount + 3 where id = 2; delete from orders where id = 6"),
      );
      const { compared, differing, differences } = await verdictOf(rig.database, documentsOf(rig.port));
      assert.deepEqual([compared, differing], [2, 1]);
      assert.deepEqual(
        differences.map(({ owner, of, path, by }) => [owner, of, path.join("."), by]),
        [
          ["1", "daemon", "orders.total", "1"],
          ["1", "daemon", "orders.amount", "6.00"],
          ["1", "daemon", "orders.byStatus.paid", "1"],
          ["1", "daemon", "payments.amount", "-3.00"],
        ],
      );
    } finally {
      await rig.stop();
    }
  });

  it("a daemon of another database, and a token that is no administrator's, are refused", async () => {
    const rig = await ShopRig.open(await server.createDatabase());
    const other = await ShopRig.open(await server.createDatabase());
    try {
      await assert.rejects(verdictOf(rig.database, documentsOf(other.port)), /another database/);
      await assert.rejects(verdictOf(rig.database, documentsOf(rig.port, { ownerId: 1 })), /administrator/);
    } finally {
      await rig.stop();
      await other.stop();
    }
  });

  it("an owner that the daemon calls stale is told as that, with since and reason", async () => {
    const rig = await ShopRig.open(await server.createDatabase());
    try {
      const { port, publisher, token: tokenAt } = await startGateway({ transport: "ws" });
      publisher.stale("1", "load_failed");
      const watch = publisher.watch.bind(publisher);
      publisher.watch = (owner) => {
        watch(owner);
        publisher.stale(owner, "load_failed");
      };
      const documents = new DaemonDocuments({
        url: `http://127.0.0.1:${port}`,
        token: () => tokenAt({ role: "admin" }),
      });
      const { stale, compared, unsettled } = await verdictOf(rig.database, documents);
      assert.deepEqual([compared, unsettled], [0, []]);
      assert.deepEqual(
        new Set(stale.map(({ owner, reason }) => `${owner} ${reason}`)),
        new Set(["1 load_failed", "2 load_failed"]),
      );
      assert.match(stale[0]?.since ?? "", /^2026-/);
    } finally {
      await rig.stop();
    }
  });
});
