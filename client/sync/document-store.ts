/** One document as its user sees it in this tab: the channel's rows, and over them what the user has changed. */
import type { RowData } from "../../protocol/json.ts";
import type { Channel, RowsView } from "../channels/channel.ts";
import type { Clock } from "../environment.ts";
import { Listeners } from "../listeners.ts";
import { isSame } from "./edits.ts";
import { type Answer, dependsOn, type Entry } from "./operation.ts";
import { overlaid } from "./overlay.ts";
import type { Queue } from "./queue.ts";

/** The rows of one set with the user's own changes. The same object until something of it changes. */
export interface DocumentView<Row> extends RowsView<Row> {
  /** Keys of rows that the user has changed, and the database has not yet. */
  readonly pending: ReadonlySet<string>;
}

export interface DocumentStoreOptions extends Clock {
  readonly report: (error: unknown) => void;
  readonly entries: () => readonly Entry[];
}

interface Made {
  readonly base: RowsView<RowData>;
  readonly entries: readonly Entry[];
  readonly view: DocumentView<RowData>;
}

/** Rows without an answer's own frame are waited for so long; then what the database has shows. */
const ROWS_WITHIN_MS = 10_000;

export class DocumentStore {
  readonly channel: Channel<Record<string, object>>;
  readonly #options: DocumentStoreOptions;
  readonly #listeners: Listeners;
  /** Answered by frames that brought the rows, since all rows came. */
  readonly #shown = new Set<string>();
  /** Done, by what another tab or a message without rows said: they show until the rows come. */
  #lingering: readonly Entry[] = [];
  #timer: unknown;
  readonly #made = new Map<string, Made>();

  constructor(channel: Channel<Record<string, object>>, options: DocumentStoreOptions) {
    this.channel = channel;
    this.#options = options;
    this.#listeners = new Listeners(options.report);
  }

  view(set: string): DocumentView<RowData> {
    const base = this.channel.rows(set).getSnapshot() as RowsView<RowData>;
    const { topic } = this.channel;
    const isOfSet = (one: Entry): boolean => one.topic === topic && one.rows === set && !one.failure;
    const entries = [...this.#lingering, ...this.#options.entries()].filter(isOfSet);
    const known = this.#made.get(set);
    if (known?.base === base && isSame(known.entries, entries)) return known.view;
    const items = base.items && overlaid(base.items, entries);
    const view = { ...base, items, pending: new Set(entries.map(({ key }) => key)) };
    this.#made.set(set, { base, entries, view });
    return view;
  }

  subscribe(set: string, callback: () => unknown): () => void {
    const undo = [this.channel.rows(set).subscribe(callback), this.#listeners.add(callback)];
    return () => {
      for (const one of undo) one();
    };
  }

  /** The rows that these changed are there; undefined: all are. */
  settled(answers: readonly Answer[] | undefined): void {
    if (!answers) this.#shown.clear();
    for (const answer of answers ?? []) this.#shown.add(nameOf(answer));
    this.#linger(answers ? this.#lingering : []);
  }

  /** What was done and is not shown yet stays on screen while the rows can be expected. */
  changed(queue: Queue, before: Queue): void {
    const gone = before.entries.filter((one) => !one.failure && !queue.entries.some(({ id }) => id === one.id));
    // What was taken back before it was done is none of these.
    const done = gone.filter(
      (one) => one.seq !== undefined && !gone.some((other) => other !== one && dependsOn(other, one)),
    );
    if (done.length > 0) this.#linger([...this.#lingering, ...done]);
  }

  call(): void {
    this.#listeners.call();
  }

  stop(): void {
    this.#linger([]);
  }

  #linger(entries: readonly Entry[]): void {
    const { clearTimeout, setTimeout } = this.#options;
    this.#lingering = entries.filter((one) => one.topic === this.channel.topic && !this.#shown.has(nameOf(one)));
    clearTimeout(this.#timer);
    const end = (): void => {
      this.stop();
      this.call();
    };
    this.#timer = this.#lingering.length > 0 ? setTimeout(end, ROWS_WITHIN_MS) : undefined;
  }
}

function nameOf({ client, seq }: Pick<Entry, "client" | "seq">): string {
  return `${client} ${seq}`;
}
