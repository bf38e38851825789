/**
 * One tab's part in a queue that all tabs of a browser share. What the user does shows at once, and is then kept: the tab runs what
 * has happened here since over what was kept last, as the machine does (`queue.ts`), so that changes of several tabs, which are kept one
 * after the other, can't undo each other.
 */
import { changedQueue, emptyQueue, type Queue, type QueueChange } from "./queue.ts";
import { memoryStore, type QueueStore } from "./queue-store.ts";

export interface QueueKeeperOptions {
  /** Rejects where nothing can be kept: then it is kept in this tab's memory. */
  readonly open: () => Promise<QueueStore>;
  readonly makeUuid: () => string;
  readonly report: (error: unknown) => void;
  /** Another queue is to be shown. */
  readonly changed: (queue: Queue, before: Queue) => void;
  /** This tab has kept another: the others don't know it. */
  readonly kept: (queue: Queue) => void;
  /** From now on it is in this tab's memory. */
  readonly alone: () => void;
}

export class QueueKeeper {
  readonly #options: QueueKeeperOptions;
  #store: QueueStore | undefined;
  #kept: Queue;
  #shown: Queue;
  /** What has happened here that is not kept yet. */
  #since: readonly QueueChange[] = [];
  #writing: Promise<void> | undefined;
  #isShared = true;

  constructor(options: QueueKeeperOptions) {
    this.#options = options;
    this.#kept = this.#shown = emptyQueue(options.makeUuid());
  }

  /** As the user sees it. */
  get shown(): Queue {
    return this.#shown;
  }

  /** As it is kept: what goes out is of this one. */
  get kept(): Queue {
    return this.#kept;
  }

  /** False where other tabs can't see it. */
  get isShared(): boolean {
    return this.#isShared;
  }

  /** Resolves when it is kept; shows it before. Never rejects. */
  async apply(...changes: readonly QueueChange[]): Promise<void> {
    this.#since = [...this.#since, ...changes];
    this.#show();
    this.#writing ??= this.#write();
    await this.#writing;
    if (this.#since.length > 0) await this.apply();
  }

  /** Another tab has kept this. */
  receive(queue: Queue): void {
    if (queue.revision <= this.#kept.revision || !this.#isShared) return;
    this.#kept = queue;
    this.#show();
  }

  async #write(): Promise<void> {
    const changes = this.#since;
    const { alone, kept, open, report } = this.#options;
    const change = (queue = this.#kept): Queue => changes.reduce(changedQueue, queue);
    try {
      this.#store ??= await open();
      this.#kept = await this.#store.change(change);
    } catch (error) {
      report(error);
      this.#isShared = false;
      this.#store = memoryStore(this.#kept);
      this.#kept = await this.#store.change(change);
      alone();
    }
    this.#since = this.#since.slice(changes.length);
    this.#writing = undefined;
    this.#show();
    if (this.#isShared) kept(this.#kept);
  }

  #show(): void {
    const before = this.#shown;
    this.#shown = this.#since.reduce(changedQueue, this.#kept);
    if (before !== this.#shown) this.#options.changed(this.#shown, before);
  }
}
