/** What an application does with a document: it reads rows, and changes them. */
import type { RowData } from "../../protocol/json.ts";
import type { Channel, Part } from "../channels/channel.ts";
import type { Item } from "../channels/row-set.ts";
import type { DocumentStore, DocumentView } from "./document-store.ts";
import { inverse, type Registers, restoring, type RowAt, setting } from "./edits.ts";
import type { Operation } from "./operation.ts";

/** Changes of rows. Each shows at once, and is done by the database when it can be reached. */
export interface Edits<Sets> {
  /**
   * Sets a register of a row: all of its fields, and no others. What the fields held on screen goes with it, so that nobody's change is
   * overwritten without a word. Nothing happens where they hold that already.
   */
  set<Name extends keyof Sets & string>(rows: Name, key: string, register: string, value: Partial<Sets[Name]>): void;
  /** @param key made by the caller, as by `crypto.randomUUID()` */
  insert<Name extends keyof Sets & string>(rows: Name, key: string, row: Partial<Sets[Name]>): void;
  delete(rows: keyof Sets & string, key: string): void;
}

/** Something that a user has changed. */
export interface Change {
  /** How many operations it is; 0 where all was so already. */
  readonly size: number;
  /** Makes it as it was before, but where somebody else has changed the same since; and gives what undoes that again. */
  readonly undo: () => Change;
}

/** How {@link Document.restore} goes about it. */
export interface RestoreOptions {
  /** What is restored: the fields of each register, by its name. */
  readonly registers: Registers;
  /** Rows that were deleted since come back. */
  readonly bringsBack?: boolean;
}

/** A channel whose rows this user may change: subscribed to while there is a listener of any of its parts. */
export interface Document<Sets> {
  /** Older rows, presence and typing. */
  readonly channel: Channel<Sets>;
  /** The rows of a set with this user's changes. The same object for the same name. */
  rows<Name extends keyof Sets & string>(name: Name): Part<DocumentView<Sets[Name]>>;
  /** Changes rows, each by itself, in order. Throws a RangeError for more than a message holds: 15 KiB. */
  change(make: (edits: Edits<Sets>) => void): Change;
  /** Changes rows, all or none. Throws a RangeError for more than a message holds: 64 operations, or 15 KiB. */
  batch(make: (edits: Edits<Sets>) => void): Change;
  /** Makes rows as they were saved, all or none; rows that are new since stay. Throws a RangeError as {@link batch} does. */
  restore<Name extends keyof Sets & string>(
    rows: Name,
    saved: readonly Item<Sets[Name]>[],
    options: RestoreOptions,
  ): Change;
}

/** Takes what a user has changed; `isBatch`: all or none. */
export type Enqueue = (operations: readonly Operation[], isBatch: boolean) => void;

export function documentOf(store: DocumentStore, enqueue: Enqueue): Document<Record<string, object>> {
  const { channel } = store;
  const { topic } = channel;
  const parts = new Map<string, Part<DocumentView<RowData>>>();
  const rowAt: RowAt = ({ rows, key }) => store.view(rows).items?.find((item) => item.key === key)?.row;
  const done = (operations: readonly Operation[], isBatch: boolean): Change => {
    if (operations.length > 0) enqueue(operations, isBatch);
    return { size: operations.length, undo: () => done(inverse(operations, rowAt), isBatch) };
  };
  const doing =
    (isBatch: boolean) =>
    (make: (edits: Edits<Record<string, object>>) => void): Change => {
      const operations: Operation[] = [];
      make({
        set: (rows, key, register, value) =>
          void operations.push(...setting(rowAt, { topic, rows, key }, register, value as RowData)),
        insert: (rows, key, row) => void operations.push({ topic, rows, key, op: "insert", value: row as RowData }),
        delete: (rows, key) =>
          void operations.push({ topic, rows, key, op: "delete", value: rowAt({ topic, rows, key }) }),
      });
      return done(operations, isBatch);
    };
  return {
    channel,
    rows: (name) => {
      const known = parts.get(name) ?? {
        subscribe: (callback) => store.subscribe(name, callback),
        getSnapshot: () => store.view(name),
      };
      parts.set(name, known);
      return known;
    },
    change: doing(false),
    batch: doing(true),
    restore: (rows, saved, { registers, bringsBack }) =>
      done(restoring(rowAt, { topic, rows }, saved as readonly Item<RowData>[], registers, bringsBack), true),
  };
}
