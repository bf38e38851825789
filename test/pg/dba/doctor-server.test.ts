/** Faults around the tables: each is brought about, found under its code, and mended by what the finding says. */
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { ownZoneOffset } from "../../../daemon/dba/examine-zones.ts";
import { DoctorRig, type Fault, testFaults } from "../../support/doctor-rig.ts";
import { eventually } from "../../support/real-time.ts";
import { onEachMajor } from "../../support/servers.ts";
import { SHOP_PLAN } from "../../support/shop-database.ts";

const FAULTS: Readonly<Record<string, Fault>> = {
  "a publication of one of deltad's tables": {
    code: "publication_carries",
    done: "create publication one for table deltad.migration, payments",
    mends: /^alter publication one drop table deltad\.migration$/,
  },
  "a publication of all tables": {
    code: "publication_carries",
    done: "create publication feed for all tables",
    undone: "drop publication feed",
  },
  "an index that is gone": {
    code: "index_missing",
    done: "drop index payments_shop_id_idx",
    seen: { unindexedPages: 0 },
    mends: /^create index concurrently on public\.payments \(shop_id\)$/,
  },
  "an index of a partitioned table that is gone": {
    code: "index_missing",
    done: "drop index orders_shop_id_idx",
    seen: { unindexedPages: 0 },
    mends: /^create index on public\.orders \(shop_id\)$/,
  },
  "a time zone that nobody knows": {
    code: "time_zone_unknown",
    done: "insert into shops (id, zone) values (7, 'Europe/Lisbonn')",
    mends: /^update public\.shops set zone = 'Europe\/Lisbon' where zone = 'Europe\/Lisbonn'$/,
  },
  "a daemon that was killed": {
    code: "lease_expired",
    done: "insert into deltad.reader (id, cursor, seen_at) values (gen_random_uuid(), pg_current_snapshot(), now() - interval '2 minutes')",
    meaning: /seen 12\d s ago/,
    mends: /^select deltad\.prune\(100000\)$/,
  },
  "no daemon": { code: "lease_missing", done: "" },
  "transactions that can be prepared": { code: "prepared_transactions_allowed", done: "" },
  "a transaction that was prepared and forgotten": {
    code: "prepared_transaction_old",
    done: "begin; insert into payments (shop_id, amount) values (1, 1); prepare transaction 'it''s'",
    seen: { transactionSeconds: 0 },
    mends: /^rollback prepared 'it''s'$/,
  },
  "a limit on temporary files of the database": {
    code: "temp_file_limited",
    done: `insert into payments (shop_id, amount) select 1, n from generate_series(1, 1000) n;
      do $$ begin execute format('alter database %I set temp_file_limit = ''8kB''', current_database()); end $$`,
    meaning: /temp_file_limit is 8 kB in this database; .* all of public\.payments/,
    mends: /^alter database test_\w+ reset temp_file_limit$/,
  },
  "a role that was granted nothing": {
    code: "privileges_missing",
    done: "",
    asks: "stranger",
    mends: /^grant "?deltad_\w+"? to stranger$/,
  },
  "what a role may not look at": { code: "not_examined", done: "", asks: "outsider" },
  "rows that a policy hides": {
    code: "rows_hidden",
    done: `alter table payments enable row level security;
      do $$ begin execute format('grant %s to stranger', (select a.grantee::regrole from pg_proc, aclexplode(proacl) a
        where proname = 'register_reader' and a.grantee <> proowner limit 1)); end $$`,
    asks: "stranger",
    mends: /^create policy \S+ on public\.payments for select to \S+ using \(true\)$/,
  },
};

/** PostgreSQL 14 publishes no schemas. */
const FAULTS_SINCE_15: Readonly<Record<string, Fault>> = {
  "a publication of deltad's schema": {
    code: "publication_carries",
    done: "create publication whole for tables in schema deltad, public",
    mends: /^alter publication whole drop tables in schema deltad$/,
  },
};

await onEachMajor("doctor", (major) => {
  let rig: DoctorRig;

  before(async () => {
    rig = await DoctorRig.start(major);
  });
  after(() => rig.stop());

  testFaults(major < 15 ? FAULTS : { ...FAULTS, ...FAULTS_SINCE_15 }, () => rig);

  it("finds a transaction that is open for long, and who it is: snapshot_old", async () => {
    await rig.inOrder();
    const holder = await rig.database.client();
    await holder.query("set application_name = 'a long report'; begin isolation level repeatable read; select 1");
    const asked = { limits: { transactionSeconds: 0 } };
    const found = await rig.finding("snapshot_old", asked);
    assert.match(found.meaning, /^Session \d+ \(role postgres, application a long report, idle in transaction\)/);
    await rig.mend(found);
    await eventually("the transaction to end", async () => (await rig.findings("snapshot_old", asked)).length === 0);
  });

  it("finds a queue of notifications that fills, and whose transaction holds it: queue_filling", async () => {
    await rig.inOrder();
    const holder = await rig.database.client();
    await holder.query("listen somebody");
    await holder.query("begin; select 1");
    await rig.database.query("select pg_notify('other', repeat('x', 7000) || n) from generate_series(1, 100) n");
    const asked = { limits: { queueUsage: 1e-9 } };
    const found = await rig.finding("queue_filling", asked);
    assert.match(found.meaning, /the oldest transaction is session \d+ \(role postgres/);
    await rig.mend(found);
    await eventually("the queue to empty", async () => (await rig.findings("queue_filling", asked)).length === 0);
  });

  it("finds changes that nobody reads, and they are gone once pruned: change_table_large", async () => {
    await rig.inOrder();
    await rig.inOwnSession("insert into payments (shop_id, amount) select 1, n from generate_series(1, 100) n");
    const asked = { limits: { changeRows: 50 } };
    await eventually(
      "the statistics to be told",
      async () => (await rig.findings("change_table_large", asked)).length > 0,
    );
    const found = await rig.finding("change_table_large", asked);
    assert.match(found.meaning, /^deltad\.change_payments holds \d+ changes/);
    await rig.mend(found);
    await eventually(
      "the statistics to be told",
      async () => (await rig.findings("change_table_large", asked)).length === 0,
    );
  });

  it("finds a clock that is wrong: clock_different", async () => {
    await rig.inOrder();
    const { meaning } = await rig.finding("clock_different", { now: () => Date.now() - 60_000 });
    assert.match(meaning, /^The database's clock is (59\.9|60\.0) s ahead of this machine's/);
  });

  it("finds a zone that the server does not know where owners look theirs up: time_zone_unknown", async () => {
    await rig.inOrder();
    await rig.database.query("create table places (id bigint primary key, zone text)");
    await rig.database.query("insert into places values (1, 'Europe/Lisbonn'), (2, 'Europe/Lisbon'), (3, null)");
    const lookup = { source: "places", schema: "public", table: "places", key: "id", by: "id", column: "zone" };
    const owner = { ...SHOP_PLAN.owner, timeZone: { lookup, as: "deltad_time_zone" } as const };
    const { meaning, statement } = await rig.finding("time_zone_unknown", {
      compiled: { channels: [], plans: [{ ...SHOP_PLAN, owner }], tables: SHOP_PLAN.tables },
    });
    assert.equal(meaning, 'The time zone "Europe/Lisbonn" of 1 rows of public.places is not known to PostgreSQL.');
    assert.equal(statement, `update public.places set zone = 'Europe/Lisbon' where zone = 'Europe/Lisbonn'`);
  });

  it("finds a zone of the configuration that the server does not know: time_zone_unknown", async () => {
    await rig.inOrder();
    const owner = { ...SHOP_PLAN.owner, timeZone: { constant: "Europe/Lisbonn" } };
    const { meaning, statement } = await rig.finding("time_zone_unknown", {
      compiled: { channels: [], plans: [{ ...SHOP_PLAN, owner }], tables: SHOP_PLAN.tables },
    });
    assert.equal(
      meaning,
      'The time zone "Europe/Lisbonn", which the configuration says, is not known to PostgreSQL: write "Europe/Lisbon" or another one there.',
    );
    assert.equal(statement, undefined);
  });

  it("finds rules of a time zone that differ from this machine's: time_zone_data_different", async () => {
    await rig.inOrder();
    const zoneOffset = (zone: string, instantMs: number): number => (ownZoneOffset(zone, instantMs) ?? 0) + 60;
    assert.match(
      (await rig.finding("time_zone_data_different", { zoneOffset })).meaning,
      /^The rules for Europe\/Lisbon differ/,
    );
  });
});
