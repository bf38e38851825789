/**
 * What the ledger adds to a client's operation, beside the write that it makes: tried in a transaction that is rolled back, with operations that
 * touch no row.
 */
import { dollarQuoted } from "../database/identifier.ts";
import { readWriteFiles } from "../database/sql-file.ts";
import { inVain, lendOwnObjects } from "./cost.ts";
import type { TrialSession } from "./trial.ts";

/** Of one operation. */
export interface LedgerCost {
  readonly us: number;
  readonly walBytes: number;
}

const ROUNDS = 3;

/** Changes nothing. */
export function tryLedger(session: TrialSession, operations: number): Promise<LedgerCost> {
  return inVain(session, async () => {
    await lendOwnObjects(session);
    const [found] = await session.query<{ there: boolean }>(
      "select to_regclass('deltad.operation') is not null as there",
    );
    if (found?.there !== true) {
      await session.script("set local check_function_bodies = off");
      for (const { text } of await readWriteFiles()) await session.script(text);
    }
    await session.script(`create temp table deltad_ledger_cost (us float8, wal float8) on commit drop;
do ${dollarQuoted(`
declare
  client uuid;
  began  timestamptz;
  wal    pg_lsn;
begin
  for round in 1 .. ${ROUNDS} loop
    client := gen_random_uuid();
    began := clock_timestamp();
    wal := pg_current_wal_insert_lsn();
    for seq in 1 .. ${operations} loop
      perform deltad.refuse_operation(client, seq, sha256('trial'), 'trial', 'trial', 'trial', '{"outcome": "applied"}');
    end loop;
    insert into pg_temp.deltad_ledger_cost
    values (extract(epoch from clock_timestamp() - began) * 1000000, pg_current_wal_insert_lsn() - wal);
  end loop;
end
`)}`);
    const [cost] = await session.query<LedgerCost>(
      `select min(us) / $1 as us, min(wal) / $1 as "walBytes" from pg_temp.deltad_ledger_cost`,
      [operations],
    );
    if (cost === undefined) throw new Error("no round has tried the ledger");
    return cost;
  });
}

/** For people. */
export function ledgerReport({ us, walBytes }: LedgerCost): string {
  return `An operation of a client costs its write, and for the ledger ${us.toFixed(1)} µs and ${walBytes.toFixed(0)} bytes of WAL.`;
}
