import { Session, type SessionOptions } from "./session.ts";

/** Runs work on a session of its own, which is closed if the work throws. `S` is the part of a session that the work needs. */
export interface Sessions<S> {
  run<T>(work: (session: S) => Promise<T>): Promise<T>;
}

interface QueuedWork {
  readonly resolve: (session: Session) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * A few sessions shared by loads, look-ups and pruning. They are opened when first needed; one whose work failed is closed, since
 * its transaction is in an unknown state. Where no session can be opened, and none is at work, all that wait are refused at once.
 * `stop` refuses what waits and closes everything.
 */
export class SessionPool implements Sessions<Session> {
  readonly #options: SessionOptions;
  readonly #size: number;
  readonly #idle: Session[] = [];
  readonly #all = new Set<Session>();
  readonly #waiting: QueuedWork[] = [];
  #taken = 0;
  #stopped = false;

  constructor(options: SessionOptions, size: number) {
    this.#options = options;
    this.#size = size;
  }

  /** Whether work would have a session without waiting for other work to end. */
  get hasFree(): boolean {
    return this.#idle.length > 0 || this.#taken < this.#size;
  }

  /** Runs `work` on a session of its own; waits its turn while all are busy. Throws what `open` or `work` throws. */
  async run<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const session = await this.#take();
    let sound = false;
    try {
      const result = await work(session);
      sound = true;
      return result;
    } finally {
      this.#giveBack(session, sound);
    }
  }

  /** Replaces all sessions; work under way rejects. For when connections may be dead without a word, which work would wait for. */
  renew(): void {
    for (const session of this.#idle.splice(0)) this.#forget(session);
    for (const session of this.#all) void session.close();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#refuseWaiting(new Error("the session pool is stopped"));
    await Promise.all([...this.#all].map((session) => session.close()));
  }

  async #take(): Promise<Session> {
    if (this.#stopped) throw new Error("the session pool is stopped");
    const idle = this.#idle.pop();
    if (idle?.isOpen) return idle;
    if (idle) this.#forget(idle);
    if (this.#taken < this.#size) return this.#open();
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  async #open(): Promise<Session> {
    this.#taken += 1;
    try {
      const session = await Session.open(this.#options);
      this.#all.add(session);
      if (!this.#stopped) return session;
      await session.close();
      throw new Error("the session pool is stopped");
    } catch (error) {
      this.#taken -= 1;
      if (this.#taken === 0) this.#refuseWaiting(error);
      throw error;
    }
  }

  #giveBack(session: Session, sound: boolean): void {
    if (sound && session.isOpen) {
      const next = this.#waiting.shift();
      if (next) next.resolve(session);
      else this.#idle.push(session);
      return;
    }
    this.#forget(session);
    this.#serveNext();
  }

  #forget(session: Session): void {
    this.#all.delete(session);
    this.#taken -= 1;
    void session.close();
  }

  #refuseWaiting(error: unknown): void {
    for (const waiting of this.#waiting.splice(0)) waiting.reject(error);
  }

  #serveNext(): void {
    const next = this.#waiting.shift();
    if (next) this.#open().then(next.resolve, next.reject);
  }
}
