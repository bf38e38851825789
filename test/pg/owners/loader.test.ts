import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { Session } from "../../../daemon/database/session.ts";
import { SessionPool } from "../../../daemon/database/session-pool.ts";
import { utcDay } from "../../../daemon/metrics/civil-date.ts";
import { compile } from "../../../daemon/plan/compile.ts";
import { dayStartsFrom } from "../../../daemon/owners/day-starts.ts";
import { type LoadResult, SnapshotLoader } from "../../../daemon/owners/loader.ts";
import { Slices } from "../../../daemon/owners/slices.ts";
import { Zones } from "../../../daemon/owners/zones.ts";
import { install } from "../../support/install.ts";
import { DEMO } from "../../support/oracle.ts";
import { onEachServer, type TestDatabase } from "../../support/servers.ts";

const plan = compile(DEMO.config);
const NOW = Date.UTC(2026, 4, 8, 12) * 1000;

/** All counted rows of a load, over projections that don't look at days. */
function listings(loaded: LoadResult | undefined): bigint {
  assert.equal(loaded?.kind, "row");
  const projection = plan.projections.findIndex(({ source, time }) => source === "listings" && time.kind === "none");
  return loaded.grains
    .filter((grain) => grain.projection === projection)
    .reduce((sum, { values }) => sum + (values[0] ?? 0n), 0n);
}

await onEachServer("the loader", (server) => {
  let database: TestDatabase;
  let reader: Session;
  let pool: SessionPool;
  let loader: SnapshotLoader;
  let zones: Zones;

  before(async () => {
    database = await server.createDatabase();
    await database.query(DEMO.schema);
    await install(database, plan.tables);
    await database.query(`insert into owners (id, name, time_zone, currency)
      values (1, 'A', 'America/Havana', 'USD'), (2, 'B', 'Mars/Olympus', 'EUR'), (3, 'C', 'UTC', 'BRL'), (4, 'D', 'XYZ-13:45', 'BRL')`);
    await database.query(
      `insert into listings (owner_id, hangar_number, status) select 1 + 2 * (n % 2), n, 'active' from generate_series(1, 10) n`,
    );
    const options = { url: database.url, role: "test", statementTimeoutMs: 10_000 };
    reader = await Session.open(options);
    pool = new SessionPool(options, 2);
    loader = new SnapshotLoader({
      plan,
      sessions: pool,
      slices: new Slices({ monotonicMs: () => performance.now(), setImmediate }),
    });
    zones = new Zones(dayStartsFrom(reader), NOW);
  });
  after(async () => {
    await Promise.all([reader.close(), pool.stop()]);
  });

  /** Runs `use` while the reader's transaction holds its snapshot exported. */
  async function atSnapshot(use: (snapshotId: string) => Promise<void>): Promise<void> {
    await reader.script("begin isolation level repeatable read; select null from public.listings limit 0");
    const [row] = await reader.query<{ id: string }>("select pg_export_snapshot() as id");
    try {
      await use(row?.id ?? "");
    } finally {
      await reader.script("rollback");
    }
  }

  it("loads owners at the exported snapshot, not at what was committed since", async () => {
    await atSnapshot(async (snapshotId) => {
      await database.query("insert into listings (owner_id, hangar_number, status) values (1, '99', 'active')");
      await database.query("update owners set currency = 'CUP' where id = 1");
      const { owners } = loader.load({ snapshotId, owners: ["1", "3"], t: NOW, zones });
      const loaded = await owners;
      assert.deepEqual([...loaded.keys()], ["1", "3"]);
      assert.equal(listings(loaded.get("1")), 5n);
      const [one, three] = [loaded.get("1"), loaded.get("3")];
      assert.deepEqual(
        [one?.kind === "row" && one.zone, one?.kind === "row" && one.currency],
        ["America/Havana", "USD"],
      );
      assert.equal(three?.kind === "row" && three.zone, "UTC");
    });
  });

  it("lets go of the snapshot before it has read", async () => {
    let owners: Promise<ReadonlyMap<string, LoadResult>> | undefined;
    await atSnapshot(async (snapshotId) => {
      const load = loader.load({ snapshotId, owners: ["3"], t: NOW, zones });
      owners = load.owners;
      await load.imported;
    });
    await database.query("insert into listings (owner_id, hangar_number, status) values (3, '100', 'active')");
    assert.equal(listings((await owners)?.get("3")), 5n);
  });

  it("an owner without a row and one in an unknown zone are told apart, and the others are loaded", async () => {
    await atSnapshot(async (snapshotId) => {
      const loaded = await loader.load({ snapshotId, owners: ["1", "2", "4", "77"], t: NOW, zones }).owners;
      assert.deepEqual(
        [...loaded].map(([owner, { kind }]) => `${owner} ${kind}`),
        ["1 row", "2 unknown zone", "4 row", "77 no row"],
      );
    });
    assert.deepEqual(zones.good.toSorted(), ["America/Havana", "UTC", "XYZ-13:45"]);
  });

  it("gives way at once to an ALTER TABLE that waits for the reader, instead of a deadlock that PostgreSQL can't see", async () => {
    const admin = await database.client();
    let altered: Promise<unknown> | undefined;
    await atSnapshot(async (snapshotId) => {
      altered = admin.query("alter table listings alter column hangar_number set default 'none'");
      const waiting = "select 1 from pg_locks where not granted and relation = 'listings'::regclass";
      while ((await database.query(waiting)).length === 0) await new Promise((resolve) => setImmediate(resolve));
      const { imported, owners } = loader.load({ snapshotId, owners: ["1"], t: NOW, zones });
      await assert.rejects(owners, { code: "55P03" });
      await imported;
    });
    await altered;
    await atSnapshot(async (snapshotId) => {
      assert.equal((await loader.load({ snapshotId, owners: ["1"], t: NOW, zones }).owners).get("1")?.kind, "row");
    });
  });

  it("a snapshot that is gone makes the load fail, and the import is over", async () => {
    const { imported, owners } = loader.load({ snapshotId: "00000003-0000001B-1", owners: ["1"], t: NOW, zones });
    await assert.rejects(owners);
    await imported;
  });

  it("days begin when PostgreSQL says, in the zones where that is hard", async () => {
    const known = [
      ["America/Havana", "2024-11-03", "2024-11-03T04:00:00Z"],
      ["America/Havana", "2024-11-04", "2024-11-04T05:00:00Z"],
      ["Atlantic/Azores", "2023-10-29", "2023-10-29T00:00:00Z"],
      ["Atlantic/Azores", "2023-10-30", "2023-10-30T01:00:00Z"],
      ["Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z"],
      ["Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z"],
      ["Australia/Lord_Howe", "2024-04-07", "2024-04-06T13:00:00Z"],
      ["Australia/Lord_Howe", "2024-04-08", "2024-04-07T13:30:00Z"],
      ["Asia/Kathmandu", "2024-01-01", "2023-12-31T18:15:00Z"],
      ["Pacific/Kiritimati", "2024-01-01", "2023-12-31T10:00:00Z"],
      ["Africa/Casablanca", "2024-03-10", "2024-03-09T23:00:00Z"],
      ["Africa/Casablanca", "2024-03-11", "2024-03-11T00:00:00Z"],
      ["America/New_York", "2024-03-10", "2024-03-10T05:00:00Z"],
      ["America/New_York", "2024-03-11", "2024-03-11T04:00:00Z"],
      ["UTC", "2024-02-29", "2024-02-29T00:00:00Z"],
    ] as const;
    const days = known.map(([, date]) => utcDay(Date.parse(date) * 1000));
    const starts = await dayStartsFrom(reader)(
      known.map(([zone]) => zone),
      days,
    );
    assert.deepEqual(
      starts.map((start) => new Date((start ?? 0) / 1000).toISOString().replace(".000", "")),
      known.map(([, , start]) => start),
    );
  });
});
