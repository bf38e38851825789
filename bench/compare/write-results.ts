/** Writes what a run showed into bench/compare/README.md, between its marks, and the plots beside it. */
import { readFile, writeFile } from "node:fs/promises";
import { availableParallelism, cpus, totalmem } from "node:os";
import { join } from "node:path";
import { PACKAGE_ROOT } from "../support/deltad-command.ts";
import type { Contender } from "./contender.ts";
import { type Line, plotOf } from "./plot.ts";
import { type ContenderResult, type RateResult, type Scale, spread } from "./run-contender.ts";
import { markdownOf } from "./table.ts";

export interface Results {
  readonly runs: readonly { readonly scale: Scale; readonly results: readonly ContenderResult[] }[];
  /** Of the database's server. */
  readonly conditions: string;
  readonly contenders: readonly Contender[];
  readonly versions: ReadonlyMap<string, string>;
}

const FOLDER = join(PACKAGE_ROOT, "bench/compare");
const MARKED = /(<!-- results -->\n)[^]*?(<!-- end of results -->)/;

export async function writeResults({ runs, conditions, contenders, versions }: Results): Promise<void> {
  const sections: string[] = [conditionsOf(conditions, versions), contendersOf(contenders)];
  for (const { scale, results } of runs) {
    const size = `${scale.owners}-${scale.bookings}`;
    const title = `${scale.owners.toLocaleString("en")} owners connected, ${scale.bookings.toLocaleString("en")} bookings`;
    const latency = `to-page-${size}.svg`;
    const cost = `database-${size}.svg`;
    await writeFile(
      join(FOLDER, latency),
      plotOf(linesOf(results, medianMs), { title, x: "writes a second", y: "commit to page, median ms" }),
    );
    await writeFile(
      join(FOLDER, cost),
      plotOf(
        linesOf(results, ({ databaseUs }) => databaseUs),
        { title, x: "writes a second", y: "the database's processor, µs a write" },
      ),
    );
    sections.push(
      `### ${title}`,
      `![${title}: median time from commit to page](${latency})`,
      `![${title}: the database's processor time for each write](${cost})`,
      markdownOf(results),
    );
  }
  const file = join(FOLDER, "README.md");
  const page = await readFile(file, "utf8");
  await writeFile(
    file,
    page.replace(MARKED, (_, start: string, end: string) => `${start}${sections.join("\n\n")}\n\n${end}`),
  );
}

function conditionsOf(conditions: string, versions: ReadonlyMap<string, string>): string {
  const [processor] = cpus();
  const machine = `${availableParallelism()} cores, ${processor?.model ?? "unknown processor"}, ${Math.round(totalmem() / 2 ** 30)} GiB`;
  const others = [...versions].map(([name, version]) => `${name} ${version}`).join(", ");
  return `${new Date().toISOString().slice(0, 10)}; ${machine}; Node ${process.version}; ${conditions}; ${others || "no others' packages"}.`;
}

function contendersOf(contenders: readonly Contender[]): string {
  return contenders.map(({ name, about }) => `- **${name}**: ${about}.`).join("\n");
}

function linesOf(results: readonly ContenderResult[], valueOf: (result: RateResult) => number | undefined): Line[] {
  return results.map(({ contender, rates }) => ({
    name: contender,
    points: rates.flatMap((result) => {
      const value = valueOf(result);
      return value === undefined || !(value > 0) ? [] : [[result.rate, value] as const];
    }),
  }));
}

function medianMs({ toPageMs }: RateResult): number | undefined {
  return toPageMs && toPageMs.length > 0 ? spread(toPageMs).p50 : undefined;
}
