import type { BenchServer } from "./support/bench-server.ts";
import type { Report } from "./support/report.ts";

/** What each benchmark is given. */
export interface BenchRun {
  readonly server: BenchServer;
  readonly report: Report;
  /** A trial of the benchmark itself: seconds instead of minutes, and figures that mean nothing. */
  readonly quick: boolean;
  /** What the command line asks for beside that. */
  readonly asked: AskedScale;
}

/** Of `compare`; numbers with commas between them. Undefined: as usual. */
export interface AskedScale {
  readonly owners?: string | undefined;
  readonly bookings?: string | undefined;
  readonly rates?: string | undefined;
  readonly seconds?: string | undefined;
  /** The page with the results is written. */
  readonly write?: boolean | undefined;
}
