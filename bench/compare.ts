/**
 * deltad side by side with what people use instead: the same database, document, load and pages, in one run. Contenders take turns, each on a
 * copy of one database. bench/compare/README.md says what the figures mean and what they leave out.
 */
import type { BenchRun } from "./bench-run.ts";
import type { Contender } from "./compare/contender.ts";
import { DELTAD } from "./compare/deltad.ts";
import { NOBODY } from "./compare/nobody.ts";
import { NOTIFY } from "./compare/notify.ts";
import { InstalledPackages } from "./compare/packages.ts";
import { POLL_1, POLL_5 } from "./compare/poll.ts";
import { type ContenderResult, runContender, type Scale } from "./compare/run-contender.ts";
import { SOCKET_IO } from "./compare/socket-io.ts";
import { markdownOf } from "./compare/table.ts";
import { writeResults } from "./compare/write-results.ts";
import { addPastBookings, analyse, createMarketplace } from "./support/marketplace.ts";
import type { BenchServer } from "./support/bench-server.ts";

const CONTENDERS: readonly Contender[] = [NOBODY, DELTAD, NOTIFY, SOCKET_IO, POLL_1, POLL_5];
const TEMPLATE = "compare_template";

/** Many bookings for each of some owners, and few for each of many. */
const USUAL: readonly Scale[] = [
  { owners: 100, bookings: 500_000, rates: [10, 100, 1_000], seconds: 8 },
  { owners: 1_000, bookings: 100_000, rates: [10, 100, 1_000], seconds: 8 },
];
const QUICK: readonly Scale[] = [{ owners: 5, bookings: 1_000, rates: [20], seconds: 2 }];

/** As usual, but for what is asked: each number of owners with each of bookings. */
function scalesOf({ quick, asked }: Pick<BenchRun, "quick" | "asked">): readonly Scale[] {
  const usual = quick ? QUICK : USUAL;
  const numbers = (text: string | undefined): number[] | undefined => text?.split(",").map(Number);
  const [owners, bookings, rates] = [numbers(asked.owners), numbers(asked.bookings), numbers(asked.rates)];
  const sizes =
    owners === undefined && bookings === undefined
      ? usual
      : (owners ?? [100, 1_000]).flatMap((some) =>
          (bookings ?? [100_000]).map((count) => ({ owners: some, bookings: count })),
        );
  const [{ rates: usualRates, seconds } = QUICK[0] as Scale] = usual;
  return sizes.map((size) => ({
    owners: size.owners,
    bookings: size.bookings,
    rates: rates ?? usualRates,
    seconds: asked.seconds === undefined ? seconds : Number(asked.seconds),
  }));
}

export async function benchCompare({ server, report, quick, asked }: BenchRun): Promise<void> {
  const packages = await InstalledPackages.make();
  const runs: { readonly scale: Scale; readonly results: readonly ContenderResult[] }[] = [];
  try {
    const scales = scalesOf({ quick, asked });
    const conditions = await server.describe();
    report.conditions(conditions, scales.map(titleOf).join("; "));
    const present: Contender[] = [];
    for (const contender of CONTENDERS) {
      const why = await packages.install(contender.needs);
      if (why === undefined) present.push(contender);
      else report.line(`skipped   ${contender.name}: ${why}`);
    }
    for (const scale of scales) {
      await makeTemplate(server, scale);
      const results: ContenderResult[] = [];
      await warmUp(server, packages, scale);
      for (const [at, contender] of present.entries()) {
        const database = `compare_${at}`;
        await copyTemplate(server, database);
        results.push(await runContender(contender, { server, database, packages, scale }));
        await drop(server, database);
        report.line(`          ${contender.name}: done`);
      }
      await drop(server, TEMPLATE);
      runs.push({ scale, results });
      report.line(`\n${titleOf(scale)}\n\n${markdownOf(results)}\n`);
      const ofDeltad = results.find(({ contender }) => contender === DELTAD.name);
      report.figure("pages of deltad that end with another document", ofDeltad?.differing ?? Number.NaN, { atMost: 0 });
      const wrong = ofDeltad?.rates.reduce((sum, { wrong: some }) => sum + (some ?? 0), 0) ?? Number.NaN;
      report.figure("documents of deltad that no committed state had", wrong, { atMost: 0 });
      for (const { contender, faults } of results)
        if (faults.length > 0) report.line(`          ${contender}: ${faults.length} faults, first ${faults[0] ?? ""}`);
    }
    if (asked.write) await writeResults({ runs, conditions, contenders: present, versions: packages.versions });
  } finally {
    await packages.remove();
  }
}

export function titleOf({ owners, bookings, seconds }: Scale): string {
  return `${owners.toLocaleString("en")} owners connected, ${bookings.toLocaleString("en")} bookings, ${seconds} s at each rate`;
}

/** A new server makes its first files of WAL while it is measured: nobody is to lose by coming first. */
async function warmUp(server: BenchServer, packages: InstalledPackages, scale: Scale): Promise<void> {
  const database = "compare_warm_up";
  await copyTemplate(server, database);
  await runContender(NOBODY, { server, database, packages, scale: { ...scale, rates: [1_000], seconds: 5 } });
  await drop(server, database);
}

async function makeTemplate(server: BenchServer, { owners, bookings }: Scale): Promise<void> {
  const session = await server.createDatabase(TEMPLATE);
  await createMarketplace(session, owners);
  await addPastBookings(session, bookings, 1, owners);
  await analyse(session);
  // A database that somebody is connected to is no template.
  await session.end();
}

async function copyTemplate(server: BenchServer, database: string): Promise<void> {
  const admin = await server.session("postgres");
  await admin.query(`create database ${database} template ${TEMPLATE}`);
  await admin.query("checkpoint");
  await admin.end();
}

async function drop(server: BenchServer, database: string): Promise<void> {
  const admin = await server.session("postgres");
  await admin.query(`drop database ${database} with (force)`);
  await admin.end();
}
