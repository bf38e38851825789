/**
 * How far somebody is in what happens: has everything up to here, and nothing of what comes after. Each field is there because without
 * it two different places would look the same.
 */
export interface StreamPosition {
  /**
   * The life of the change rows that the others are of. Without it: a server crashes, its unlogged change rows are gone and a copy goes
   * on from an older state; transaction 800 of before and transaction 800 of after are two, and who has the one would miss the other.
   */
  readonly incarnation: string;
  /**
   * `pg_snapshot`: it has what the transactions did that this sees. A sequence number would not do: a change takes its number while its
   * transaction is open, so that number 6 can be committed and read while number 5 is not; who says "up to 6" never gets 5. A transaction
   * id would not do for the same reason: 100 can commit after 101.
   */
  readonly snapshot: string;
  /**
   * The instant, in microseconds since 1970, up to which it has what the clock did. Without it: a guest arrives at 15:00 and nobody
   * writes anything; before and after 15:00 the snapshot is the same.
   */
  readonly asOf: number;
  /**
   * Beyond that it has the events by these ids: those of one flush that came before this place. Without it: a commit has three events,
   * and the connection breaks after the first; no snapshot sees a third of a commit.
   */
  readonly seen?: readonly string[];
}

/** What somebody lacks who is at `since` and goes to `upto`: what `since` does not have, and `upto` has. */
export interface MissedRange {
  readonly since: StreamPosition;
  readonly upto: StreamPosition;
}

/** Makes the text that clients hand back as `resume`; see cursor.ts. */
export type CursorOf = (topic: string, position: StreamPosition) => string;
