/** Writes one structured line: fields first, then what happened. */
export type LogLine = (fields: Readonly<Record<string, unknown>>, message: string) => void;

/** The part of a logger that the daemon's pieces use. */
export interface Log {
  readonly debug: LogLine;
  readonly info: LogLine;
  readonly warn: LogLine;
  readonly error: LogLine;
}
