import { ownerTopic } from "../../protocol/topic.ts";
import type { ChannelWho } from "../capture/batch.ts";
import { unreachable } from "../config/unreachable.ts";
import type { ChannelPlan } from "../plan/channel-plan.ts";

/** Somebody with a good token, as far as channels ask. */
export interface Reader {
  readonly isAdmin: boolean;
  /** The token's `sub`. */
  readonly user: string | undefined;
  /** Whether the token itself names the topic. */
  maySee(topic: string): boolean;
}

/**
 * Who may see a channel, as the database has it at one snapshot. Rows that let somebody in are counted, so that of two rows which name one
 * user the last one must go.
 */
export class Audience {
  readonly #topic: string;
  readonly #members: ChannelPlan["members"];
  readonly #counts = new Map<string | undefined, number>();

  /** @param topic the channel's whole name */
  constructor(topic: string, { members }: ChannelPlan) {
    this.#topic = topic;
    this.#members = members;
  }

  get exists(): boolean {
    return this.#counts.has(undefined);
  }

  /** Of one row more or fewer. */
  take({ who, times }: Pick<ChannelWho, "who" | "times">): void {
    const count = (this.#counts.get(who) ?? 0) + times;
    if (count === 0) this.#counts.delete(who);
    else this.#counts.set(who, count);
  }

  admits(reader: Reader): boolean {
    if (!this.exists) return false;
    if (reader.isAdmin) return true;
    switch (this.#members.kind) {
      case "everyone":
        return true;
      case "claim":
        return reader.maySee(this.#topic);
      case "user":
      case "table":
        return reader.user !== undefined && this.#counts.has(reader.user);
      case "owner":
        for (const owner of this.#counts.keys())
          if (owner !== undefined && reader.maySee(ownerTopic(owner))) return true;
        return false;
    }
    return unreachable(this.#members);
  }
}
