import { HEARTBEAT, type CaptureOptions } from "../../daemon/capture/capture-options.ts";
import { kindSinks } from "../../daemon/capture/batch-sinks.ts";
import { Reader } from "../../daemon/capture/reader.ts";
import type { Log } from "../../daemon/config/log.ts";
import type { Finding } from "../../daemon/database/findings.ts";
import { SessionPool } from "../../daemon/database/session-pool.ts";
import { LEDGER_KIND, LEDGER_TABLES } from "./ledger.ts";
import { RecordingSink } from "./recording-sink.ts";

export interface RunningReader {
  readonly reader: Reader;
  readonly sink: RecordingSink;
  /** Everything logged, as JSON lines. */
  readonly logged: string[];
  /** What the trigger check finds; empty at first. */
  readonly findings: Finding[];
  stop(): Promise<void>;
}

interface ReaderTestOptions extends CaptureOptions {
  /** Instead of a check that gives `findings`. */
  readonly check: () => Promise<readonly Finding[]>;
  readonly sink: RecordingSink;
  /** Monotonic milliseconds; a clock that runs fast makes the reader arm sooner. */
  readonly now: () => number;
}

/** A reader of the ledger with a recording sink, and its pool. Not started: `await running.reader.start()`. */
export function readerOf(url: string, options: Partial<ReaderTestOptions> = {}): RunningReader {
  const logged: string[] = [];
  const log = recordingLog(logged);
  const findings: Finding[] = [];
  const {
    sink = new RecordingSink(),
    now = () => performance.now(),
    check = async () => findings,
    ...capture
  } = options;
  const sessions = new SessionPool({ url, role: "pool", statementTimeoutMs: 10_000 }, 2);
  const reader = new Reader(
    { url, tables: LEDGER_TABLES, kinds: [LEDGER_KIND], twoPhase: true, heartbeat: HEARTBEAT, ...capture },
    { sink: kindSinks([sink]), sessions, log, now, check },
  );
  const stop = async (): Promise<void> => {
    await reader.stop();
    await sessions.stop();
  };
  return { reader, sink, logged, findings, stop };
}

/** Keeps everything that is logged, as JSON lines. */
export function recordingLog(lines: string[]): Log {
  const line =
    (level: string) =>
    (fields: Readonly<Record<string, unknown>>, message: string): void => {
      lines.push(JSON.stringify({ level, message, ...fields }));
    };
  return { debug: line("debug"), info: line("info"), warn: line("warn"), error: line("error") };
}
