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
  /**
   * How far it is with what transactions did to rows, where `snapshot` and `asOf` say it only of who came and went. In the middle of a
   * replay it is further: who came and went is told at the end, by the difference. Without it: a guest leaves by transaction 7, and the
   * connection breaks after the row's event; a snapshot that has 7 would begin the difference after the guest has left, and nobody would
   * hear of it. In the middle of an import, whose events are told later than its numbers, it is less far.
   */
  readonly rows?: RowsPosition;
}

export interface RowsPosition {
  /** It has the row events of the transactions that this sees. Most often no server took it: it sees what was told, and nothing after. */
  readonly snapshot: string;
  /**
   * And of this transaction so many events, the first in their order. Without it: a transaction of 10,000 rows is cut off after 5,000;
   * no snapshot sees half of it, and 5,000 ids fit into no cursor.
   */
  readonly part?: { readonly xid: bigint; readonly events: number };
}

export function rowsOf({ snapshot, rows }: StreamPosition): RowsPosition {
  return rows ?? { snapshot };
}

/** What somebody lacks who is at `since` and goes to `upto`: what `since` does not have, and `upto` has. */
export interface MissedRange {
  readonly since: StreamPosition;
  readonly upto: StreamPosition;
}

/** Makes the text that clients hand back as `resume`; see cursor.ts. */
export type CursorOf = (topic: string, position: StreamPosition) => string;
