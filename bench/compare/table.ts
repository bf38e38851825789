/** Results as tables: a row for each contender. */
import { median } from "../support/statistics.ts";
import { type ContenderResult, spread } from "./run-contender.ts";

const MIB = 2 ** 20;

/** What each contender's pages saw at each rate, and what it cost; then what is the same at every rate. */
export function markdownOf(results: readonly ContenderResult[]): string {
  const rates = results[0]?.rates.map(({ rate }) => rate) ?? [];
  return [...rates.map((_, at) => rateTable(results, at)), restTable(results)].join("\n\n");
}

function rateTable(results: readonly ContenderResult[], at: number): string {
  const rows = results.map(({ contender, rates }) => {
    const result = rates[at];
    const times = result?.toPageMs && result.toPageMs.length > 0 ? spread(result.toPageMs) : undefined;
    return [
      contender,
      ...(["p50", "p95", "p99", "max"] as const).map((share) => written(times?.[share])),
      written(result?.unseen),
      written(result?.wrong),
      written(result?.databaseUs),
      written(result?.serverUs),
      written(result?.bytesPerWrite),
    ];
  });
  const rate = results[0]?.rates[at]?.rate ?? 0;
  return table(
    [
      `${rate.toLocaleString("en")} writes/s`,
      "p50 ms",
      "p95 ms",
      "p99 ms",
      "max ms",
      "not shown in 15 s",
      "wrong",
      "database µs/write",
      "server µs/write",
      "bytes/write",
    ],
    rows,
  );
}

function restTable(results: readonly ContenderResult[]): string {
  const nobody = results.find(({ openedMs }) => openedMs === undefined)?.writesPerSecond;
  const rows = results.map(({ contender, clockMs, differing, residentBytes, openedMs, writesPerSecond }) => {
    const seen = clockMs.filter((ms) => ms !== undefined);
    const lost = nobody === undefined ? undefined : 100 * (1 - writesPerSecond / nobody);
    return [
      contender,
      clockMs.length === 0 ? "" : seen.length === 0 ? "never" : written(median(seen)),
      written(differing),
      written(openedMs),
      written(residentBytes === undefined ? undefined : residentBytes / MIB),
      written(writesPerSecond),
      openedMs === undefined || lost === undefined ? "" : `${lost.toFixed(0)} %`,
    ];
  });
  return table(
    [
      "",
      "an arrival by the clock, ms late",
      "pages wrong once all is quiet",
      "ms until all pages show",
      "server MiB",
      "writes/s of 16 that don't wait",
      "of that lost",
    ],
    rows,
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map((_, at) => (at === 0 ? "---" : "---:")), ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function written(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return "";
  if (Number.isInteger(value) || value >= 100) return Math.round(value).toLocaleString("en");
  return value.toPrecision(2);
}
