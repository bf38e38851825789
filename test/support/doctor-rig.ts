/** The shop on a server of its own, where faults are brought about, found and mended. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { examineDatabase } from "../../daemon/dba/doctor.ts";
import { ownZoneOffset } from "../../daemon/dba/examine-zones.ts";
import { type Examined, EXAMINATION_LIMITS } from "../../daemon/dba/examination.ts";
import { type Finding, type FindingCode, FINDINGS } from "../../daemon/database/findings.ts";
import { databaseOn, type RunningCluster, startCluster, type TestDatabase } from "./servers.ts";
import { applyShop, SHOP_CHOICES, SHOP_PLAN, SHOP_SCHEMA } from "./shop-database.ts";

export interface Fault {
  readonly code: FindingCode;
  /** SQL that brings it about. */
  readonly done: string;
  readonly seen?: Partial<Examined["limits"]>;
  /** The finding's meaning. */
  readonly meaning?: RegExp;
  /** What mends it, if anything that can be run does. */
  readonly mends?: RegExp;
  /** SQL that takes it back, where the finding gives none. */
  readonly undone?: string;
  /** The role that asks; the superuser otherwise. */
  readonly asks?: string;
}

interface Asked extends Partial<Omit<Examined, "limits">> {
  readonly role?: string | undefined;
  readonly limits?: Partial<Examined["limits"]>;
}

export const APPLY_MENDS = /^deltad migrate apply$/;
/** Where nothing is wrong. */
export const IN_ORDER: readonly FindingCode[] = ["lease_missing", "prepared_transactions_allowed"];

export class DoctorRig {
  database: TestDatabase;
  #isKnownToBeInOrder = false;
  readonly #running: RunningCluster;

  private constructor(running: RunningCluster, database: TestDatabase) {
    this.#running = running;
    this.database = database;
  }

  static async start(major: number): Promise<DoctorRig> {
    const running = await startCluster(major, { settings: { max_prepared_transactions: 10 } });
    const database = await databaseOn(running.cluster);
    await database.query("create role stranger; create role outsider");
    return new DoctorRig(running, database);
  }

  stop(): Promise<void> {
    return this.#running.remove();
  }

  /** A new database, without deltad's objects. */
  async withTables(): Promise<void> {
    await this.database.drop();
    this.database = await databaseOn(this.#running.cluster);
    await this.database.query(SHOP_SCHEMA);
    await this.database.query("insert into shops (id) values (1); grant select on shops to stranger, outsider");
  }

  /** A database in which everything is in order: the one before, where it has become so again. */
  async inOrder(): Promise<void> {
    await this.#putInOrder();
    this.#isKnownToBeInOrder = false;
  }

  async #putInOrder(): Promise<void> {
    if (this.#isKnownToBeInOrder || (await this.#isInOrder())) return;
    if (
      await applyShop(this.database).then(
        () => this.#isInOrder(),
        () => false,
      )
    )
      return;
    await this.withTables();
    await applyShop(this.database);
  }

  async #isInOrder(): Promise<boolean> {
    try {
      return isDeepStrictEqual(
        (await this.examine()).map(({ code }) => code),
        IN_ORDER,
      );
    } catch {
      return false;
    }
  }

  /** All findings, asked in a session that can't write. */
  async examine({ role, limits, ...otherwise }: Asked = {}): Promise<Finding[]> {
    const client = await this.database.client();
    await client.query("set search_path = pg_catalog; set default_transaction_read_only = on");
    if (role !== undefined) await client.query(`set role ${role}`);
    try {
      return await examineDatabase({
        session: {
          query: async <Row>(sql: string, params: readonly unknown[] = []) =>
            (await client.query(sql, [...params])).rows as Row[],
        },
        compiled: { channels: [], plans: [SHOP_PLAN], tables: SHOP_PLAN.tables },
        choices: SHOP_CHOICES,
        limits: { ...EXAMINATION_LIMITS, ...limits },
        now: Date.now,
        zoneOffset: ownZoneOffset,
        ...otherwise,
      });
    } finally {
      await client.end();
    }
  }

  async findings(code: FindingCode, asked: Asked = {}): Promise<Finding[]> {
    return (await this.examine(asked)).filter((found) => found.code === code);
  }

  /** The only finding of a code. */
  async finding(code: FindingCode, asked: Asked = {}): Promise<Finding> {
    const [found, ...others] = await this.findings(code, asked);
    assert.ok(found, code);
    assert.deepEqual(others, []);
    return found;
  }

  /** Asserts that a code is not found, and remembers whether nothing else is. */
  async foundNoMore(code: FindingCode, asked: Asked): Promise<void> {
    const codes = (await this.examine(asked)).map((found) => found.code);
    assert.ok(!codes.includes(code), code);
    this.#isKnownToBeInOrder = asked.role === undefined && isDeepStrictEqual(codes, IN_ORDER);
  }

  /**
   * Runs SQL in a session that ends, so that the server's statistics tell of it: one of PostgreSQL 14 that is idle keeps to itself what
   * it counted in the last half second.
   */
  async inOwnSession(statement: string): Promise<void> {
    const client = await this.database.client();
    try {
      await client.query(statement);
    } finally {
      await client.end();
    }
  }

  /** Runs what a finding says. */
  async mend({ statement = "" }: Finding): Promise<void> {
    if (APPLY_MENDS.test(statement)) await applyShop(this.database);
    else await this.inOwnSession(statement);
  }
}

/** A test of each fault. */
export function testFaults(faults: Readonly<Record<string, Fault>>, rigOf: () => DoctorRig): void {
  for (const [title, fault] of Object.entries(faults)) {
    const { code, done, seen = {}, meaning = /./, mends, undone, asks } = fault;
    it(`finds ${title}: ${code}`, async () => {
      const rig = rigOf();
      await rig.inOrder();
      if (done !== "") await rig.database.query(done);
      const asked = { role: asks, limits: seen };
      const found = await rig.findings(code, asked);
      const [first] = found;
      assert.ok(first, code);
      assert.equal(first.severity, FINDINGS[code].severity);
      assert.match(first.meaning, meaning);
      assert.match(first.meaning, /^[^\n]+[.?]$/);
      assert.match(first.statement ?? "none", mends ?? /^none$/);
      if (undone !== undefined) {
        await rig.database.query(undone);
        await applyShop(rig.database);
      }
      if (mends === undefined) return;
      for (const each of new Map(found.map((one) => [one.statement, one])).values()) await rig.mend(each);
      await rig.foundNoMore(code, asked);
    });
  }
}
