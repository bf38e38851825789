/** Two servers: one on which the shop's tables are published, and one on which a watched shop subscribes to them. */
import { eventually } from "./real-time.ts";
import { databaseOn, type RunningCluster, startCluster, type TestDatabase } from "./servers.ts";
import { SHOP_SCHEMA } from "./shop-database.ts";
import { ShopRig } from "./shop-rig.ts";

export class ReplicationRig {
  readonly publisher: RunningCluster;
  readonly #subscriber: RunningCluster;

  private constructor(publisher: RunningCluster, subscriber: RunningCluster) {
    this.publisher = publisher;
    this.#subscriber = subscriber;
  }

  static async start(major: number): Promise<ReplicationRig> {
    const [publisher, subscriber] = await Promise.all([
      // Large transactions are streamed before they commit.
      startCluster(major, {
        settings: { wal_level: "logical", logical_decoding_work_mem: "64kB", max_prepared_transactions: 10 },
      }),
      startCluster(major, { settings: { wal_retrieve_retry_interval: "100ms" } }),
    ]);
    return new ReplicationRig(publisher, subscriber);
  }

  async stop(): Promise<void> {
    await this.#subscriber.remove();
    await this.publisher.remove();
  }

  /** The shop's tables where they are published, with a few rows; ids begin at 5000. */
  async published(publication: string): Promise<TestDatabase> {
    const source = await databaseOn(this.publisher.cluster);
    await source.query(SHOP_SCHEMA);
    await source.query(`
      insert into payments (id, shop_id, amount) select 5000 + n, 1 + n % 2, n from generate_series(1, 30) n;
      insert into orders (id, shop_id, amount, placed_on) select 5000 + n, 1 + n % 2, n, date '2026-01-10' + n from generate_series(1, 90) n`);
    await source.query(`create publication feed for table ${publication}`);
    return source;
  }

  /** A watched shop where nothing is subscribed to yet. */
  async shop(prepare = ""): Promise<ShopRig> {
    return ShopRig.open(await databaseOn(this.#subscriber.cluster), prepare);
  }
}

/** `options` begin with a comma. */
export async function subscribe({ database }: ShopRig, source: TestDatabase, options = ""): Promise<void> {
  await database.query(
    `create subscription feed connection '${source.url}' publication feed with (slot_name = '${database.name}', streaming = on${options})`,
  );
}

/** Waits until what was published is what the subscriber has. */
export async function untilFed(source: TestDatabase, { database }: ShopRig, table: string): Promise<void> {
  const content = `select count(*)::int as n, coalesce(md5(string_agg(row::text, ',' order by id)), '') as md5 from ${table} row where id >= 5000`;
  await eventually(`${table} to be as published`, async () => {
    const [[published], [fed]] = [await source.query(content), await database.query(content)];
    return JSON.stringify(published) === JSON.stringify(fed);
  });
}

/** Writes at the publisher, statement by statement: what the client shows follows each. */
export async function followsPublished(
  source: TestDatabase,
  shop: ShopRig,
  table: string,
  statements: readonly string[],
): Promise<void> {
  for (const statement of statements) {
    await source.query(statement);
    await untilFed(source, shop, table);
    await shop.untilTrue();
  }
}

/** Writes at the subscriber itself. */
export async function followsLocal(shop: ShopRig, statements: readonly string[]): Promise<void> {
  for (const statement of statements) {
    await shop.database.query(statement);
    await shop.untilTrue();
  }
}
