/** A disk is full: that of the change tables, or that of the write-ahead log. Whoever writes is told so, and every number is right when there is room again. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, it } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { freePort } from "../../daemon/database/cluster.ts";
import { microsecondsOf } from "../support/microseconds.ts";
import { DEMO, oracleDocuments } from "../support/oracle.ts";
import { eventually } from "../support/real-time.ts";
import { book, SEASON, shownBy } from "../support/returning-client.ts";
import { createMarketplace, type MarketplaceDaemon, startMarketplaceDaemon } from "../support/running-daemon.ts";
import { databaseOn, onEachMajor, type RunningCluster, startCluster, type TestDatabase } from "../support/servers.ts";
import { SmallDisk, withoutSmallDisk } from "../support/small-disk.ts";
import { TestSocket } from "../support/socket.ts";

const MIB = 1024 * 1024;
/** Three segments of the write-ahead log, and part of a fourth. */
const LOG_BYTES = 60 * MIB;
const CHANGES_BYTES = 24 * MIB;
/** What there is room for after a disk was filled, in the pages and segments that a server has already. */
const MOST_WRITES = 2_000;
/** Of the log, in the transaction of a booking. */
const LOGGED = "select pg_logical_emit_message(true, 'filler', repeat('x', 1000000))";
/** Within so long clients are told of a database that is away. */
const WITHIN_MS = 60_000;

const skip = await withoutSmallDisk();

await onEachMajor("a full disk", (major) => {
  const release: (() => Promise<unknown>)[] = [];
  let next = 100;
  afterEach(async () => {
    for (const one of release.splice(0).toReversed()) await one();
  });

  const mounted = async (bytes: number): Promise<SmallDisk> => {
    const disk = await SmallDisk.mount(bytes);
    release.push(() => disk.unmount());
    return disk;
  };

  const clusterOf = async (settings: Readonly<Record<string, string>> = {}): Promise<RunningCluster> => {
    const port = await freePort();
    const running = await startCluster(major, { choosePort: async () => port, settings });
    release.push(() => running.remove());
    return running;
  };

  const marketplaceOn = async ({ cluster }: RunningCluster): Promise<TestDatabase> => {
    const database = await databaseOn(cluster);
    await createMarketplace(database, DEMO);
    await database.query(SEASON);
    return database;
  };

  /** A daemon, and a client that shows owner 1. */
  const started = async (database: TestDatabase) => {
    const port = await freePort();
    const daemon: MarketplaceDaemon = await startMarketplaceDaemon(database, DEMO, port);
    release.push(() => daemon.stop());
    const socket = await TestSocket.welcomed(port, daemon.token({ ownerId: 1 }));
    await socket.subscribe("1");
    return socket;
  };

  /** Bookings one by one, each a transaction, until one fails; gives its error, and how many went through before. */
  const writeUntilRefused = async (
    database: TestDatabase,
    more?: string,
  ): Promise<{ error: Error; written: number }> => {
    let written = 0;
    const writeAll = async (): Promise<void> => {
      for (; written < MOST_WRITES; written += 1) {
        const booking = book((next += 1));
        await database.query(more === undefined ? booking : `begin; ${booking}; ${more}; commit`);
      }
    };
    const error = await writeAll().catch((reason: unknown) => reason);
    assert.ok(error instanceof Error, `${MOST_WRITES} writes found room on a full disk`);
    return { error, written };
  };

  /** Waits until the client shows what SQL says of the instant that it shows, one more booking included. */
  const untilRightAfter = async (socket: TestSocket, database: TestDatabase): Promise<void> => {
    await database.query(book((next += 1)));
    const isRight = async (): Promise<boolean> => {
      const { asOf, data } = shownBy(socket);
      const expected = (await oracleDocuments(DEMO, database, microsecondsOf(asOf), ["1"])).get("1");
      return isDeepStrictEqual(JSON.parse(JSON.stringify(data)), expected);
    };
    await eventually("what SQL says", isRight, { everyMs: 50, withinMs: WITHIN_MS });
  };

  it("of the change tables fails the application's write, with a change table in the error, and loses nothing", {
    skip,
  }, async () => {
    const disk = await mounted(CHANGES_BYTES);
    const database = await marketplaceOn(await clusterOf());
    await database.query(`create tablespace small location '${disk.folder}'`);
    await database.query("alter table deltad.change_bookings set tablespace small");
    const socket = await started(database);
    await untilRightAfter(socket, database);

    await disk.fill();
    const { error, written } = await writeUntilRefused(database);
    assert.ok("code" in error && "where" in error && typeof error.where === "string");
    assert.equal(error.code, "53100");
    assert.match(error.where, /deltad\.change_bookings|deltad\.capture/);
    const [row] = await database.query<{ count: number }>("select count(*)::int as count from bookings");
    // With the one that the disk was not full for.
    assert.equal(row?.count, written + 1);

    await disk.free();
    await untilRightAfter(socket, database);
    assert.equal(socket.frames.filter(({ type }) => type === "stale").length, 0);
    socket.terminate();
  });

  it("of the write-ahead log is a crash: pages are stale until there is room and the server is back, and then right", {
    skip,
  }, async () => {
    const disk = await mounted(LOG_BYTES);
    const running = await clusterOf({ min_wal_size: "32MB", max_wal_size: "32MB", wal_recycle: "off" });
    const { cluster, dataDir } = running;
    await cluster.stop();
    const log = join(dataDir, "pg_wal");
    execFileSync("cp", ["-a", log, disk.folder]);
    await rm(log, { recursive: true });
    await symlink(join(disk.folder, "pg_wal"), log);
    await cluster.start();
    let database = await marketplaceOn(running);
    const socket = await started(database);
    await untilRightAfter(socket, database);

    await disk.fill();
    const { error, written } = await writeUntilRefused(database, LOGGED);
    // The server's own last words, or those to a session whose server stops; or the session is just gone.
    if ("code" in error) assert.match(String(error.code), /^(53100|57P0[123]|ECONN\w+)$/);
    await socket.next("stale");

    await disk.free();
    // It may be on its way down still.
    await cluster.stop("immediate");
    await cluster.start();
    database = await databaseOn(cluster, database.name);
    // The last one may have been committed though nobody was told so.
    const [row] = await database.query<{ count: number }>("select count(*)::int as count from bookings");
    assert.ok([written + 1, written + 2].includes(row?.count ?? 0), `${row?.count} bookings after ${written}`);
    await untilRightAfter(socket, database);
    socket.terminate();
  });
});
