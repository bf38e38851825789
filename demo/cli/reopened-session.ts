import type { Session } from "../../daemon/database/session.ts";

/** A session that is opened again, at its next use, when it was lost. */
export class ReopenedSession {
  readonly #open: () => Promise<Session>;
  #session: Session | undefined;
  /** Under way: whoever comes meanwhile waits for the same one. */
  #opening: Promise<Session> | undefined;
  #isClosed = false;

  constructor(open: () => Promise<Session>) {
    this.#open = open;
  }

  async query<Row = Record<string, unknown>>(sql: string, values?: readonly unknown[]): Promise<Row[]> {
    return (await this.#living()).query<Row>(sql, values);
  }

  async script(sql: string): Promise<void> {
    await (await this.#living()).script(sql);
  }

  /** From now on nothing is opened any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#opening?.catch(() => undefined);
    await this.#session?.close();
  }

  async #living(): Promise<Session> {
    if (this.#isClosed) throw new Error("the session is closed");
    if (this.#session?.isOpen) return this.#session;
    this.#opening ??= this.#open()
      .then((session) => (this.#session = session))
      .finally(() => {
        this.#opening = undefined;
      });
    return this.#opening;
  }
}
