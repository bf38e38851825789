/**
 * Who is at which topic: the union of what daemons say of their own connections. A user leaves when no daemon names them any more, and not
 * at once: who is back within {@link LEAVE_MS} was never away. What their clients said last stays while they do.
 */
import type { Timers } from "../config/timers.ts";
import type { Member, Shown } from "./member.ts";

export interface RosterOptions extends Timers {
  readonly monotonicMs: () => number;
  /** 0 to 1: spreads the leaves of those who went together. */
  readonly random: () => number;
  /** Something of a user at a topic may be another. */
  readonly changed: (topic: string, user: string) => void;
}

/** A page that is loaded again, a phone that changes its network. */
export const LEAVE_MS = 10_000;
const JITTER_MS = 1_000;
/** Leaves are told together. */
const SWEEP_MS = 500;

interface Person {
  /** What daemons say; nobody: they are leaving. */
  members: readonly Member[];
  saidAt: number;
  shown: Shown;
}

interface Leaving {
  readonly topic: string;
  readonly user: string;
  readonly atMs: number;
}

export class Roster {
  readonly #options: RosterOptions;
  readonly #topics = new Map<string, Map<string, Person>>();
  readonly #leaving = new Map<Person, Leaving>();
  #timer: unknown;

  constructor(options: RosterOptions) {
    this.#options = options;
  }

  /** A daemon names a user, or says something else of them. */
  put(member: Member): void {
    const { topic, user, state, saidAt, isAway } = member;
    const people = this.#topics.get(topic) ?? new Map<string, Person>();
    const known = people.get(user);
    const person = known ?? { members: [], saidAt, shown: { state, isAway } };
    this.#topics.set(topic, people.set(user, person));
    this.#leaving.delete(person);
    person.members = [...person.members.filter(({ node }) => node !== member.node), member];
    this.#show(topic, user, person);
    if (known === undefined) this.#options.changed(topic, user);
  }

  /**
   * A daemon names the user no more.
   * @param leaveMs how long they may take to come back
   */
  drop({ node, topic, user }: Pick<Member, "node" | "topic" | "user">, leaveMs = LEAVE_MS): void {
    const person = this.#topics.get(topic)?.get(user);
    if (person === undefined || !person.members.some((member) => member.node === node)) return;
    person.members = person.members.filter((member) => member.node !== node);
    if (person.members.length > 0) this.#show(topic, user, person);
    else if (leaveMs === 0) this.#remove(topic, user);
    else {
      const atMs = this.#options.monotonicMs() + leaveMs + JITTER_MS * this.#options.random();
      this.#leaving.set(person, { topic, user, atMs });
      this.#timer ??= this.#options.setTimeout(this.#sweep, SWEEP_MS);
    }
  }

  count(topic: string): number {
    return this.#topics.get(topic)?.size ?? 0;
  }

  find(topic: string, user: string): Shown | undefined {
    return this.#topics.get(topic)?.get(user)?.shown;
  }

  /** When their clients said what is shown. */
  saidAt(topic: string, user: string): number {
    return this.#topics.get(topic)?.get(user)?.saidAt ?? 0;
  }

  *at(topic: string): Iterable<readonly [user: string, shown: Shown]> {
    for (const [user, { shown }] of this.#topics.get(topic) ?? []) yield [user, shown];
  }

  stop(): void {
    this.#options.clearTimeout(this.#timer);
  }

  /** As their daemons say, of whom one has heard them last. */
  #show(topic: string, user: string, person: Person): void {
    const { state, saidAt } = person.members.reduce((last, one) => (isLater(one, last) ? one : last));
    const isAway = person.members.every((member) => member.isAway);
    person.saidAt = saidAt;
    if (person.shown.state === state && person.shown.isAway === isAway) return;
    person.shown = { state, isAway };
    this.#options.changed(topic, user);
  }

  #remove(topic: string, user: string): void {
    const people = this.#topics.get(topic);
    people?.delete(user);
    if (people?.size === 0) this.#topics.delete(topic);
    this.#options.changed(topic, user);
  }

  readonly #sweep = (): void => {
    const nowMs = this.#options.monotonicMs();
    for (const [person, { topic, user, atMs }] of this.#leaving) {
      if (atMs > nowMs) continue;
      this.#leaving.delete(person);
      this.#remove(topic, user);
    }
    this.#timer = this.#leaving.size > 0 ? this.#options.setTimeout(this.#sweep, SWEEP_MS) : undefined;
  };
}

/** All daemons agree on it. */
function isLater(a: Member, b: Member): boolean {
  return a.saidAt > b.saidAt || (a.saidAt === b.saidAt && (a.state ?? "") > (b.state ?? ""));
}
