/** What a test makes a topic of the fake daemon do. */
import type { ChannelTypes, Item, Person } from "../client/channels/channel.ts";
import type { EventName, StreamTypes } from "../client/client.ts";
import type { Operation, Outcome } from "../client/sync/operation.ts";

/** A part of a document, as deep as the test cares: what it leaves out is not there. */
export type DeepPartial<T> = T extends object ? { readonly [Key in keyof T]?: DeepPartial<T[Key]> } : T;

/** One topic of a fake daemon, of any kind with metrics: what its subscribers get. */
export interface TopicControl<S extends Pick<StreamTypes, "metrics" | "events">> {
  /** From now on the topic's metrics are these, and no others. */
  readonly setMetrics: (metrics: DeepPartial<S["metrics"]>) => void;
  /** Something happens to the topic; those get the event too that come back later. */
  readonly emit: <Name extends EventName<S>>(name: Name, data: S["events"][Name]) => void;
  /** The daemon can't vouch for the topic's numbers; the reason is `database` unless another is given. */
  readonly stale: (reason?: string) => void;
  readonly live: () => void;
}

/** A user who is there. */
export type SomePerson = Pick<Person, "user"> & Partial<Person>;

/** What a client said: of its user, that its page can't be seen any more or again, or that the user types or has stopped. */
export type Said =
  | { readonly state: unknown; readonly isAway?: boolean }
  | { readonly isAway: boolean }
  | { readonly isTyping: boolean };

/** What clients may change of a set of rows, as `writes` declares it. */
export interface SetWrites {
  /** The fields that change together, by name; `isChecked`: a conflict where somebody else has changed them. */
  readonly registers?: Readonly<Record<string, { readonly fields: readonly string[]; readonly isChecked?: boolean }>>;
  readonly insert?: boolean;
  readonly delete?: boolean;
}

/** One channel of a fake daemon: what its subscribers get. Rows stand in the order in which they came. */
export interface ChannelControl<Sets extends ChannelTypes[string]> {
  /**
   * From now on these are the rows of the set, oldest first, and no others. Subscribers are shown the last `newest` of them, all unless it
   * is given, and have the older ones read page by page. Throws an Error where two have the same key.
   */
  readonly setRows: <Name extends keyof Sets & string>(
    name: Name,
    rows: readonly Item<DeepPartial<Sets[Name]>>[],
    newest?: number,
  ) => void;
  /** A row comes, the newest. Throws an Error where one has that key already. */
  readonly insert: <Name extends keyof Sets & string>(name: Name, key: string, row: DeepPartial<Sets[Name]>) => void;
  /** A row is another from now on, at the same place. Throws an Error where none has that key; so does `delete`. */
  readonly update: <Name extends keyof Sets & string>(name: Name, key: string, row: DeepPartial<Sets[Name]>) => void;
  readonly delete: (name: keyof Sets & string, key: string) => void;
  /** Nobody may see it any more, until it is opened: its subscribers are told, and who asks is refused. By default they were `removed`. */
  readonly close: (reason?: "removed" | "deleted" | "too_large") => void;
  /** Everybody may see it again, and is told. */
  readonly open: () => void;
  /**
   * From now on these are there, and no others. The count is theirs unless another is given: without users, it is that of too many to be named.
   * `isPartial`: users of other daemons can't be heard of.
   */
  readonly setPresence: (
    users: readonly SomePerson[] | undefined,
    more?: { readonly count?: number; readonly isPartial?: boolean },
  ) => void;
  /** From now on these type, and no others. */
  readonly setTyping: (users: readonly string[]) => void;
  /**
   * What clients said of their users, in order: that they are there from the first `setPresence` on, that they type from the first `setTyping`
   * on; before, it is refused, as by a kind of channels that has none of it. Others hear nothing of it but by these two.
   */
  readonly said: readonly Said[];
  /** From now on clients may change rows of the set so; before, they may not. */
  readonly allowWrites: (name: keyof Sets & string, writes: SetWrites) => void;
  /** What clients have changed, or tried to, in order; what they repeat is there once more. */
  readonly operations: readonly (Operation & { readonly seq: number })[];
  /** From now on operations come to what the function says; undefined: to what they come to by the rows. */
  readonly answerBy: (answer: (operation: Operation) => Outcome | undefined) => void;
  /** The daemon can't vouch for the rows; the reason is `database` unless another is given. */
  readonly stale: (reason?: string) => void;
  readonly live: () => void;
}
