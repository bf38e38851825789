import type { Finding } from "../database/findings.ts";
import type { Queryable } from "../database/session.ts";
import type { CaptureChoices } from "../plan/capture-choices.ts";
import type { Compiled } from "../plan/compile.ts";

/** What an examination looks at, and how: it writes nothing. */
export interface Examined {
  readonly session: Queryable;
  readonly compiled: Compiled;
  readonly choices: CaptureChoices;
  readonly limits: ExaminationLimits;
  /** Milliseconds since 1970 by this machine's clock. */
  readonly now: () => number;
  /** This machine's rules: minutes that a time zone is ahead of UTC at an instant; undefined where it does not know the zone. */
  readonly zoneOffset: (zone: string, instantMs: number) => number | undefined;
}

/** Of a session that only looks, and waits for nobody. */
export const LOOKS_ONLY = { jit: "off", default_transaction_read_only: "on", lock_timeout: "1s" } as const;

export type Examination = (examined: Examined) => Promise<readonly Finding[]>;

/** What is still in order. */
export interface ExaminationLimits {
  /** How long a transaction may be open, or prepared. */
  readonly transactionSeconds: number;
  readonly clockMs: number;
  /** Of one change table. */
  readonly changeRows: number;
  /** A table of fewer is read as a whole, whatever indexes there are. */
  readonly unindexedPages: number;
  /** Of the notification queue: writers do not ring above it. */
  readonly queueUsage: number;
}

/** A million changes are kept for clients at most by default; 1,000 pages are 8 MB, read in some 10 ms. */
export const EXAMINATION_LIMITS: ExaminationLimits = {
  transactionSeconds: 3_600,
  clockMs: 2_000,
  changeRows: 5_000_000,
  unindexedPages: 1_000,
  queueUsage: 0.5,
};
