import type { DownFrame } from "../../protocol/down.ts";

/** Who is there and who types, as a client shows it that gets these frames. */
export class ShownPresence {
  /** By user; undefined: they are too many, or nothing was told yet. */
  users: Map<string, unknown> | undefined;
  count = 0;
  isPartial = false;
  typing: readonly string[] = [];
  more = 0;
  /** Every word of somebody who came or went: `+ana`, `-ana`. */
  readonly news: string[] = [];

  static of(frames: readonly DownFrame[], topic: string): ShownPresence {
    const shown = new ShownPresence();
    for (const frame of frames) if ("topic" in frame && frame.topic === topic) shown.take(frame);
    return shown;
  }

  /** The users in order, or `?` for those that are not told. */
  get names(): readonly string[] {
    return [...(this.users?.keys() ?? ["?"])].toSorted();
  }

  /** @throws Error for a difference that does not follow what is shown */
  take(frame: DownFrame): void {
    if (frame.type === "typing" && "users" in frame) {
      this.typing = frame.users;
      this.more = ("more" in frame && typeof frame.more === "number" && frame.more) || 0;
    }
    if (frame.type !== "presence" || !("count" in frame)) return;
    const { count, users, joined, updated, left, partial = false } = frame;
    this.count = count;
    this.isPartial = partial;
    if (users !== undefined) this.users = new Map(users);
    else if ((joined ?? updated ?? left) === undefined) this.users = undefined;
    for (const [user, info] of joined ?? []) this.#set("joined", user, info);
    for (const [user, info] of updated ?? []) this.#set("updated", user, info);
    for (const user of left ?? []) {
      if (this.users?.delete(user) !== true) throw new Error(`${user} left who was not there`);
      this.news.push(`-${user}`);
    }
    if (this.users !== undefined && this.users.size !== count)
      throw new Error(`${this.users.size} users are shown, ${count} are told`);
  }

  #set(how: "joined" | "updated", user: string, info: unknown): void {
    if (this.users === undefined) throw new Error(`${user} ${how} before all were told`);
    if (this.users.has(user) !== (how === "updated")) throw new Error(`${user} ${how}`);
    this.users.set(user, info);
    if (how === "joined") this.news.push(`+${user}`);
  }
}
