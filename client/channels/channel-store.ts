/** One channel kept right through whatever happens to the socket: a topic whose document is rows. */
import type { RowData } from "../../protocol/json.ts";
import { Listeners } from "../listeners.ts";
import { makeCause } from "../make-cause.ts";
import type { Connection } from "../owner.ts";
import type { Answer, ChannelFrame, FrameOf, TopicFrame } from "../read-frame.ts";
import type { AnyStreamTypes } from "../stream-types.ts";
import { TopicStore, type TopicStoreOptions } from "../topic-store.ts";
import { Attendance } from "./attendance.ts";
import type { PresenceList } from "./presence-list.ts";
import { type Item, type RowChange, RowSet, type WireChange, type WireItem } from "./row-set.ts";

/** What there is to show of a set of rows. The same object until something of it changes. */
export interface RowsView<Row> {
  readonly connection: Connection;
  /** Oldest first; undefined until the first came. Kept while disconnected. */
  readonly items: readonly Item<Row>[] | undefined;
  /** There may be older ones: `older()` has them read. */
  readonly hasOlder: boolean;
  /** Older ones are being read. */
  readonly isLoadingOlder: boolean;
}

/** Who is at a channel, as far as it is known. The same object until something changes. */
export interface PresenceView extends PresenceList {
  /** While it is not `live`: who was there last. */
  readonly connection: Connection;
}

/** Callbacks for what becomes of rows. */
export interface RowListeners<Row> {
  readonly inserted?: (item: Item<Row>) => unknown;
  readonly updated?: (item: Item<Row>) => unknown;
  /** As the row was. */
  readonly deleted?: (item: Item<Row>) => unknown;
}

/** A page of older rows that was asked for. */
interface Asked {
  readonly id: string;
  readonly limit: number;
  readonly before: string;
  /** Whoever waits for it. */
  readonly waiting: { readonly resolve: () => void; readonly reject: (error: Error) => void }[];
}

/** Nobody says when a channel is not too large any more. */
const TOO_LARGE_FOR_MS = 15_000;

/** Ids of requests that are no subscription's. */
let requests = 0;

export class ChannelStore extends TopicStore<AnyStreamTypes> {
  readonly #options: TopicStoreOptions;
  readonly #sets = new Map<string, RowSet>();
  readonly #changes: Listeners<[set: string, change: RowChange]>;
  readonly #parts: Listeners;
  /** By set: one at a time. */
  readonly #asked = new Map<string, Asked>();
  readonly #views = new Map<string, RowsView<RowData>>();
  readonly attendance: Attendance;
  #presence: PresenceView | undefined;
  #at: { readonly epoch: string; readonly version: number } | undefined;
  #isClosed = false;
  /**
   * Hears of answers to operations before whoever shows the rows that came with them; `isShown`: those rows are there. Undefined: all rows
   * have come anew, and answers may have been lost.
   */
  settled: ((answers: FrameOf<"rows_changed">["ops"], isShown: boolean) => void) | undefined;
  /** It is asked for again then. */
  #timer: unknown;

  constructor(topic: string, options: TopicStoreOptions) {
    super(topic, options);
    this.#options = options;
    this.#changes = new Listeners(options.report);
    this.#parts = new Listeners(options.report);
    this.attendance = new Attendance(topic, options, () => this.#parts.call());
  }

  /** Who may see it may change: no socket is given up for that. */
  override get isRefused(): boolean {
    return false;
  }

  /** A snapshot has all there is. */
  override get cursor(): undefined {
    return undefined;
  }

  view(set: string): RowsView<RowData> {
    const { connection } = this.getSnapshot();
    const rows = this.#sets.get(set);
    const hasOlder = typeof rows?.from === "string";
    const now = { connection, items: rows?.items, hasOlder, isLoadingOlder: this.#asked.has(set) };
    const view = kept(this.#views.get(set), now);
    this.#views.set(set, view);
    return view;
  }

  get presence(): PresenceView {
    const { connection } = this.getSnapshot();
    return (this.#presence = kept(this.#presence, { connection, ...this.attendance.presence }));
  }

  /** Calls back after every change of a view, of presence or of typing. */
  onView(callback: () => unknown): () => void {
    return all(this.subscribe(callback), this.#parts.add(callback));
  }

  onRows(set: string, listeners: RowListeners<RowData>): () => void {
    const hear = (of: string, { what, item }: RowChange): unknown => of === set && listeners[what]?.(item);
    return all(
      this.subscribe(() => undefined),
      this.#changes.add(hear),
    );
  }

  async older(set: string, limit: number): Promise<void> {
    const before = this.#sets.get(set)?.from;
    if (typeof before !== "string") return undefined;
    const { state } = this.getSnapshot().connection;
    if (state !== "live" && state !== "stale") throw new Error("not connected");
    return new Promise((resolve, reject) => {
      const { waiting } = this.#asked.get(set) ?? this.#ask(set, before, limit, []);
      waiting.push({ resolve, reject });
    });
  }

  override receive(frame: TopicFrame | ChannelFrame | Answer): boolean {
    switch (frame.type) {
      case "rows":
        this.#isClosed = false;
        return this.#replace(frame);
      case "rows_changed":
        return this.#change(frame);
      case "history":
        this.#page(frame);
        return false;
      case "presence":
      case "typing":
        this.attendance.receive(frame);
        return false;
      case "topic_closed":
        this.refused(makeCause("nack", frame.reason, frame.type));
        return false;
      case "topic_available":
        if (this.#isClosed) this.#askAgain();
        return false;
      case "nack":
      case "error":
        for (const [set, { id }] of this.#asked) if (id === frame.id) this.#fail(set, frame.code);
        this.attendance.refused(frame);
        return false;
      default:
        return super.receive(frame);
    }
  }

  override refused(cause: Parameters<TopicStore<AnyStreamTypes>["refused"]>[0]): void {
    this.#isClosed = true;
    this.#end();
    super.refused(cause);
    if (cause.code === "too_large" || cause.reason === "too_large")
      this.#timer = this.#options.setTimeout(this.#askAgain, TOO_LARGE_FOR_MS);
  }

  override lost(at: number): void {
    super.lost(at);
    this.#end();
  }

  #replace({ sets, epoch, version, asOf, topic, timestamp }: FrameOf<"rows">): boolean {
    const isFirst = this.#at === undefined;
    const told = Object.entries(sets).flatMap(([name, { items, from }]) => {
      const set = this.#sets.get(name) ?? new RowSet();
      this.#sets.set(name, set);
      return set.replace(items as readonly WireItem[], from).map((change) => [name, change] as const);
    });
    this.#at = { epoch, version };
    this.settled?.(undefined, true);
    super.receive({ type: "snapshot", topic, timestamp, epoch, version, asOf, cursor: "", data: {} });
    this.attendance.subscribed();
    if (!isFirst) for (const [name, change] of told) this.#changes.call(name, change);
    return false;
  }

  #change({ changes, previous, ...frame }: FrameOf<"rows_changed">): boolean {
    const { epoch, version } = frame;
    const isNext = this.#at?.epoch === epoch && this.#at.version === previous;
    const told = isNext
      ? (changes as readonly WireChange[]).flatMap((change) => {
          const made = this.#sets.get(change[0])?.apply(change);
          return made ? [[change[0], made] as const] : [];
        })
      : [];
    if (isNext) this.#at = { epoch, version };
    if (frame.ops) this.settled?.(frame.ops, isNext);
    const isMissing = super.receive({ ...frame, type: "metrics_updated", previous, cursor: "", data: {} });
    for (const [name, change] of told) this.#changes.call(name, change);
    return isMissing;
  }

  #page({ id, epoch, version, rows, items, from }: FrameOf<"history">): void {
    const asked = this.#asked.get(rows);
    const set = this.#sets.get(rows);
    if (asked?.id !== id || !set) return;
    const isOurs = this.#at?.epoch === epoch && this.#at.version === version;
    // A snapshot came in between: what is older than the rows is another page now.
    if (!(isOurs && set.prepend(asked.before, items, from)) && set.from !== null)
      return void this.#ask(rows, set.from, asked.limit, asked.waiting);
    this.#asked.delete(rows);
    this.#parts.call();
    for (const { resolve } of asked.waiting) resolve();
  }

  #ask(set: string, before: string, limit: number, waiting: Asked["waiting"]): Asked {
    const id = `h${(requests += 1)}`;
    const asked = { id, before, limit, waiting };
    this.#asked.set(set, asked);
    this.#options.socket()?.send({ type: "history", id, topic: this.topic, rows: set, before, limit });
    this.#parts.call();
    return asked;
  }

  #fail(set: string, why: string): void {
    const { waiting = [] } = this.#asked.get(set) ?? {};
    this.#asked.delete(set);
    this.#parts.call();
    for (const { reject } of waiting) reject(new Error(why));
  }

  /** It is shown as closed until there is an answer. Whoever has just gone is not asked for: then it is closed no more. */
  readonly #askAgain = (): void => this.#options.follow(true, true);

  /** Nothing of the channel comes any more, for now. */
  #end(): void {
    this.#options.clearTimeout(this.#timer);
    this.attendance.lost();
    for (const set of this.#asked.keys()) this.#fail(set, "not connected");
  }
}

/** The known one, where all parts of the other are the same. */
function kept<View extends object>(known: View | undefined, view: View): View {
  return known && (Object.keys(view) as (keyof View)[]).every((part) => known[part] === view[part]) ? known : view;
}

function all(...undo: readonly (() => void)[]): () => void {
  return () => {
    for (const one of undo) one();
  };
}
