import type { CloseName } from "../../../protocol/codes.ts";

/** Why a connection ended: how the daemon closed it, or `gone`, where the client did. */
type End = CloseName | "gone";

/** What went through the clients' connections since the start. */
export class Traffic {
  /** Connections that began. */
  opened = 0;
  messagesReceived = 0;
  framesSent = 0;
  /** Of frames, without what the transport puts around them. */
  bytesSent = 0;
  readonly #ended = new Map<End, number>();

  end(why: End): void {
    this.#ended.set(why, (this.#ended.get(why) ?? 0) + 1);
  }

  get ended(): ReadonlyMap<End, number> {
    return this.#ended;
  }
}
