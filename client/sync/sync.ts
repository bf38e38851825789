/**
 * `@deltad/client/sync`: rows of channels that their users change, at once on their own screens, also without a connection.
 *
 *     const sync = createSync<ChannelTypesOf<typeof config>>(client, { subject: "ana" });
 *     sync.start();
 *     const board = sync.document("board", 3);
 *     board.change((edits) => edits.set("widgets", key, "geometry", { x: 0, y: 2, w: 4, h: 2 }));
 *
 * What a user does becomes operations of a queue (`queue.ts`), which all tabs of the browser share (`queue-keeper.ts`). One tab sends them
 * (`sender.ts`). The daemon's answer comes with the rows that it changed, in one frame: until then the rows are shown with the user's
 * own changes over them (`overlay.ts`), and from then on as the database has them.
 */
import type { RowData } from "../../protocol/json.ts";
import { MAX_OPERATIONS } from "../../protocol/limits.ts";
import { type ChannelTypes, openChannel, type Part } from "../channels/channel.ts";
import type { ChannelStore } from "../channels/channel-store.ts";
import type { Client } from "../client.ts";
import { Listeners } from "../listeners.ts";
import type { AnyStreamTypes } from "../stream-types.ts";
import type { Subscriptions } from "../subscriptions.ts";
import type { TopicStoreOptions } from "../topic-store.ts";
import { type Document, documentOf } from "./document.ts";
import { DocumentStore } from "./document-store.ts";
import { isSame } from "./edits.ts";
import { bytesOf, MAX_OPERATIONS_BYTES } from "./next-frame.ts";
import type { Answer, Entry, Operation } from "./operation.ts";
import { added } from "./queue.ts";
import { QueueKeeper } from "./queue-keeper.ts";
import { createSender } from "./sender.ts";
import { type SyncEnvironment, syncEnvironment } from "./sync-environment.ts";
import { failuresOf, type SyncStatus, statusOf } from "./sync-status.ts";
import { joinTabs, type Tabs } from "./tabs.ts";

export type { Part } from "../channels/channel.ts";
export type { Change, Document, Edits, RestoreOptions } from "./document.ts";
export type { DocumentView } from "./document-store.ts";
export type { Registers } from "./edits.ts";
export type { Answer, Entry, Failure, Operation, Outcome } from "./operation.ts";
export type { SyncEnvironment } from "./sync-environment.ts";
export type { SyncStatus } from "./sync-status.ts";

/** Whose changes, and where they are kept. */
export interface SyncOptions {
  /** Whose changes they are: the `sub` of the token. A queue is sent as nobody else. */
  readonly subject: string;
  /** Tells queues of several daemons apart, where pages of one address use them. */
  readonly name?: string;
  /** Replaces parts of the surroundings. */
  readonly environment?: Partial<SyncEnvironment>;
}

/** What becomes of an operation that was not done: as this user had it, as it is, or a value made of both. */
export type Decision = "mine" | "theirs" | { readonly merged: RowData };

/** What a user has changed and the database does not have yet. */
export interface Sync<Types extends ChannelTypes = ChannelTypes> {
  /**
   * A channel whose rows the user may change, by what the configuration declares as `writes`. The same object for the same kind and key.
   * Throws a TypeError for what can't be a key.
   */
  document<Kind extends keyof Types & string>(kind: Kind, key: string | number): Document<Types[Kind]>;
  /** Where it stands. */
  readonly status: Part<SyncStatus>;
  /** Operations that were not done, and wait for a {@link decide}, oldest first: `failure` says why. */
  readonly failures: Part<readonly Entry[]>;
  /**
   * Decides about one of the {@link failures}, and where it is of a batch about all of it. `theirs`: it is let go. `mine`: it is sent again,
   * over what a conflict found there; `merged`: with this value.
   */
  decide(failed: Entry, decision: Decision): void;
  /** Calls back when an operation has replaced a value that its user had not seen, with that value. Returns its own undo. */
  onOverwrote(callback: (operation: Operation, overwrote: RowData) => unknown): () => void;
  /** Reads what is kept, and sends it, from now on. Returns its own undo, `stop`. Idempotent. */
  readonly start: () => () => void;
  /** Sends nothing any more; what waits is kept, and `start` goes on. Idempotent. */
  readonly stop: () => void;
}

let seats = 0;

/** Stands among the client's topics, and follows none: it hears of the connection. */
function seatAmong(topics: Subscriptions<AnyStreamTypes>, seat: { readonly update: () => void }): TopicStoreOptions {
  let options: TopicStoreOptions | undefined;
  const sit = function (_name: string, given: TopicStoreOptions): typeof seat {
    options = given;
    return seat;
  };
  topics.topic(`sync ${(seats += 1)}`, sit as never);
  return options as unknown as TopicStoreOptions;
}

/** The changes of one user by one client, of which there is one. It has touched nothing yet: it may be made anywhere, on a server too. */
export function createSync<Types extends ChannelTypes = ChannelTypes>(
  { connection }: Pick<Client, "connection">,
  { subject, name = "", environment }: SyncOptions,
): Sync<Types> {
  const topics = connection as Subscriptions<AnyStreamTypes>;
  const queueName = JSON.stringify([name, subject]);
  const documents = new Map<string, readonly [DocumentStore, Document<never>]>();
  let tabs: Tabs | undefined;
  /** What `stop` ends. */
  let run: object | undefined;
  let status: SyncStatus | undefined;
  let failures: readonly Entry[] = [];

  const seat = {
    update: (): void => {
      changes.call();
      if (options.socket()) sender.wake();
      else sender.repeat();
    },
  };
  const options = { ...seatAmong(topics, seat), ...syncEnvironment(), ...environment };
  const { locks, BroadcastChannel, makeUuid, now, report } = options;
  const changes = new Listeners(report);
  const overwrites = new Listeners<[operation: Operation, overwrote: RowData]>(report);

  const keeper = new QueueKeeper({
    ...options,
    open: () => options.openStore(queueName),
    changed: (queue, before) => {
      const stores = [...documents.values()].map(([store]) => store);
      for (const store of stores) store.changed(queue, before);
      changes.call();
      for (const store of stores) store.call();
    },
    kept: (queue) => tabs?.tell(queue),
    alone: () => run && join(),
  });
  const sender = createSender({ ...options, keeper, heard: topics.heard, hear });

  /** A queue that no other tab can see is sent by this one. */
  const join = (): void => {
    tabs?.stop();
    tabs = joinTabs({
      name: `deltad ${queueName}`,
      ...(keeper.isShared && { locks, BroadcastChannel }),
      heard: (queue) => {
        keeper.receive(queue);
        sender.wake();
      },
      leads: sender.lead,
    });
  };

  function hear(answers: readonly Answer[]): void {
    for (const { client, seq, ...answer } of answers) {
      const outcome = answer.outcome === "duplicate" ? answer.first : answer;
      const entry = keeper.shown.entries.find((one) => one.client === client && one.seq === seq);
      if (entry && outcome.outcome === "applied" && outcome.overwrote) overwrites.call(entry, outcome.overwrote);
    }
    void sender.answered(answers);
  }

  /** As new ones. */
  const entriesOf = (operations: readonly Operation[], isBatch: unknown): readonly Entry[] => {
    const batch = isBatch ? makeUuid() : undefined;
    const none = { client: undefined, seq: undefined, failure: undefined };
    const entries = operations.map((operation) => ({ ...operation, ...none, id: makeUuid(), at: now(), batch }));
    for (const part of isBatch ? [entries] : entries.map((entry) => [entry]))
      if (part.length > MAX_OPERATIONS || bytesOf(part) > MAX_OPERATIONS_BYTES)
        throw new RangeError("too many at once");
    return entries;
  };

  const add = (entries: readonly Entry[], instead?: readonly string[]): void =>
    void keeper.apply(added(entries, instead)).then(sender.wake);

  const stop = (): void => {
    run = undefined;
    tabs?.stop();
    sender.stop();
    for (const [store] of documents.values()) store.stop();
  };

  const part = <View>(getSnapshot: () => View): Part<View> => ({
    subscribe: (callback) => changes.add(callback),
    getSnapshot,
  });

  return {
    document: (kind, key) => {
      const channel = openChannel({ connection }, kind, key);
      const { topic } = channel;
      const known = documents.get(topic);
      if (known) return known[1];
      const store = new DocumentStore(channel, { ...options, entries: () => keeper.shown.entries });
      const document = documentOf(store, (operations, isBatch) => add(entriesOf(operations, isBatch)));
      documents.set(topic, [store, document as Document<never>]);
      (topics.topic(topic) as unknown as ChannelStore).settled = (answers, isShown) => {
        if (isShown) store.settled(answers);
        if (answers) hear(answers);
        else sender.repeat();
      };
      return document as Document<never>;
    },
    status: part(() => {
      const is = statusOf(keeper.shown.entries, topics.getSnapshot().state === "open", keeper.isShared);
      return (status = status && isSame(is, status) ? status : is);
    }),
    failures: part(() => {
      const are = failuresOf(keeper.shown.entries);
      return (failures = isSame(are, failures) ? failures : are);
    }),
    decide: ({ id, batch }, decision) => {
      const whole = keeper.shown.entries.filter((one) => one.id === id || (batch && one.batch === batch));
      const again = whole.map((one) => ({
        ...one,
        base: one.failure?.outcome === "conflict" ? one.failure.current : one.base,
        value: typeof decision === "object" && one.id === id ? decision.merged : one.value,
      }));
      add(
        decision === "theirs" ? [] : entriesOf(again, batch),
        whole.map((one) => one.id),
      );
    },
    onOverwrote: (callback) => overwrites.add(callback),
    start: () => {
      if (run) return stop;
      const mine = (run = {});
      void keeper.apply().then(() => run === mine && join());
      return stop;
    },
    stop,
  };
}
