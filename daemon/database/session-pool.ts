import { Session, type SessionOptions } from "./session.ts";

interface Waiting {
  readonly resolve: (session: Session) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * A few sessions shared by loads, look-ups and pruning. They are opened when first needed; one whose work failed is closed, since
 * its transaction is in an unknown state. `stop` refuses what waits and closes everything.
 */
export class SessionPool {
  readonly #options: SessionOptions;
  readonly #size: number;
  readonly #idle: Session[] = [];
  readonly #all = new Set<Session>();
  readonly #waiting: Waiting[] = [];
  #taken = 0;
  #stopped = false;

  constructor(options: SessionOptions, size: number) {
    this.#options = options;
    this.#size = size;
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

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const waiting of this.#waiting.splice(0)) waiting.reject(new Error("the session pool is stopped"));
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
      this.#serveNext();
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

  #serveNext(): void {
    const next = this.#waiting.shift();
    if (next) this.#open().then(next.resolve, next.reject);
  }
}
