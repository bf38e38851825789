import { ownerTopic } from "../../protocol/topic.ts";
import type { ChannelWho } from "../capture/batch.ts";
import { unreachable } from "../config/unreachable.ts";
import { type ChannelPlan, MOST_MEMBERS } from "../plan/channel-plan.ts";

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
 * user the last one must go. Of more than {@link MOST_MEMBERS} rows nobody is known by name: the channel is then too large for everybody.
 */
export class Audience {
  readonly #topic: string;
  readonly #members: ChannelPlan["members"];
  readonly #counts = new Map<string | undefined, number>();
  /** Those that let somebody in. */
  #rows = 0;
  #isTooLarge = false;
  #hasChanged = false;

  /** @param topic the channel's whole name */
  constructor(topic: string, { members }: ChannelPlan) {
    this.#topic = topic;
    this.#members = members;
  }

  get exists(): boolean {
    return this.#counts.has(undefined);
  }

  /** There were too many members to know them, from then on. */
  get isTooLarge(): boolean {
    return this.#isTooLarge;
  }

  /** Their number may have become less since. */
  get isOutdated(): boolean {
    return this.#isTooLarge && this.#hasChanged;
  }

  /** Of one row more or fewer. */
  take({ who, times }: Pick<ChannelWho, "who" | "times">): void {
    if (this.#isTooLarge && who !== undefined) {
      this.#hasChanged ||= times < 0;
      return;
    }
    const count = (this.#counts.get(who) ?? 0) + times;
    if (count === 0) this.#counts.delete(who);
    else this.#counts.set(who, count);
    if (who !== undefined) this.#rows += times;
    if (this.#rows > MOST_MEMBERS) this.#giveUp();
  }

  #giveUp(): void {
    this.#isTooLarge = true;
    for (const who of this.#counts.keys()) if (who !== undefined) this.#counts.delete(who);
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
