/** What a benchmark prints: under which conditions, what it measured, and whether the figure was reached. */
import { arch, availableParallelism, cpus, platform, totalmem } from "node:os";
import { percentile } from "./statistics.ts";

const GIB = 2 ** 30;

export class Report {
  #missed = 0;

  /** One line for each condition that the figures depend on. */
  conditions(postgres: string, sizes: string): void {
    const model = cpus()[0]?.model ?? "unknown processor";
    this.line(
      `machine   ${availableParallelism()} cores, ${model}, ${(totalmem() / GIB).toFixed(0)} GiB, ${platform()} ${arch()}`,
    );
    this.line(`server    ${postgres}`);
    this.line(`node      ${process.version}`);
    this.line(`sizes     ${sizes}`);
  }

  line(text: string): void {
    process.stdout.write(`${text}\n`);
  }

  /** How a measured time in milliseconds is spread. */
  latencies(what: string, all: Iterable<number>): void {
    const [half, most, worst] = [0.5, 0.99, 1].map((share) => percentile(all, share).toFixed(2));
    this.line(`          ${what}: median ${half} ms, p99 ${most} ms, worst ${worst} ms`);
  }

  /** A figure with the limit it is to keep. */
  figure(what: string, value: number, limit: { readonly atMost: number } | { readonly atLeast: number }): void {
    const reached = "atMost" in limit ? value <= limit.atMost : value >= limit.atLeast;
    const asked = "atMost" in limit ? `at most ${limit.atMost}` : `at least ${limit.atLeast}`;
    if (!reached) this.#missed += 1;
    this.line(`${reached ? "reached" : "MISSED "}  ${what}: ${formatted(value)} (${asked})`);
  }

  /** Closes the report. True if every figure was reached. */
  close(name: string): boolean {
    this.line(this.#missed === 0 ? `bench ${name}: every figure reached` : `bench ${name}: ${this.#missed} missed`);
    return this.#missed === 0;
  }
}

function formatted(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toPrecision(3);
}
