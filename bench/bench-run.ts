import type { BenchServer } from "./support/bench-server.ts";
import type { Report } from "./support/report.ts";

/** What each benchmark is given. */
export interface BenchRun {
  readonly server: BenchServer;
  readonly report: Report;
  /** A trial of the benchmark itself: seconds instead of minutes, and figures that mean nothing. */
  readonly quick: boolean;
}
