/** The users who are at topics by connections to this daemon, and what their clients said of them. */
import type { Member } from "./member.ts";
import { MemberSet } from "./member-set.ts";
import type { Roster } from "./roster.ts";

export interface OwnMembersOptions {
  readonly node: string;
  readonly roster: Roster;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Has others told what is now said of the user; `isRemoved`: they may be there no more. */
  readonly changed: (topic: string, user: string, isRemoved: boolean) => void;
}

export class OwnMembers {
  readonly #options: OwnMembersOptions;
  readonly members = new MemberSet();

  constructor(options: OwnMembersOptions) {
    this.#options = options;
  }

  /**
   * The user is there. What is shown of them stays, whoever said it, but for what is said now.
   * @param state JSON; `null` takes back what was said
   */
  put(topic: string, user: string, isAway: boolean, state?: string | null): void {
    const { node, roster, now } = this.#options;
    const shownAt = roster.saidAt(topic, user);
    const said =
      state === undefined
        ? { state: roster.find(topic, user)?.state, saidAt: shownAt }
        : { state: state ?? undefined, saidAt: Math.max(now(), shownAt + 1) };
    const before = this.members.get(topic, user);
    if (before?.isAway === isAway && before.state === said.state && before.saidAt === said.saidAt) return;
    this.#put({ node, topic, user, isAway, ...said });
  }

  drop(topic: string, user: string, isRemoved: boolean): void {
    const { roster, changed } = this.#options;
    const member = this.members.delete(topic, user);
    if (member === undefined) return;
    roster.drop(member, isRemoved ? 0 : undefined);
    changed(topic, user, isRemoved);
  }

  /** Another daemon is about to say nothing of the user any more: what they said last there is said here from now on. */
  adopt(topic: string, user: string): void {
    const own = this.members.get(topic, user);
    if (own !== undefined) this.put(topic, user, own.isAway);
  }

  #put(member: Member): void {
    this.members.put(member);
    this.#options.roster.put(member);
    this.#options.changed(member.topic, member.user, false);
  }
}
