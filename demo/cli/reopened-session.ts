import type { Session } from "../../daemon/database/session.ts";

/** A session that is opened again, at its next use, when it was lost. */
export class ReopenedSession {
  readonly #open: () => Promise<Session>;
  #session: Promise<Session> | undefined;

  constructor(open: () => Promise<Session>) {
    this.#open = open;
  }

  async query<Row = Record<string, unknown>>(sql: string, values?: readonly unknown[]): Promise<Row[]> {
    return (await this.#living()).query<Row>(sql, values);
  }

  async script(sql: string): Promise<void> {
    await (await this.#living()).script(sql);
  }

  async close(): Promise<void> {
    await (await this.#session?.catch(() => undefined))?.close();
  }

  async #living(): Promise<Session> {
    const earlier = await this.#session?.catch(() => undefined);
    if (earlier?.isOpen) return earlier;
    this.#session = this.#open();
    return this.#session;
  }
}
