/** Who is at a channel, as a pure reducer of what the daemon says of it. */
import type { FrameOf } from "../read-frame.ts";

/** A user at a channel. The same object until something of them changes. */
export interface Person<State = unknown> {
  /** The `sub` of their token. */
  readonly user: string;
  /** What a client of theirs said last by `present`; undefined: nothing. */
  readonly state: State | undefined;
  /** All their pages are out of sight. */
  readonly isAway: boolean;
}

/** Who is at a channel. The same object until something changes. */
export interface PresenceList<State = unknown> {
  /** Each once, by `user` in order; undefined until the first came, and while they are too many to be told. */
  readonly users: readonly Person<State>[] | undefined;
  /** How many; undefined until the first came. */
  readonly count: number | undefined;
  /** Users of other daemons can't be heard of at present: there may be more. */
  readonly isPartial: boolean;
}

export const UNKNOWN: PresenceList = { users: undefined, count: undefined, isPartial: false };

/** After a frame: all of them, what has changed, or how many there are. What is as it was is the same object. */
export function nextPresence(before: PresenceList, frame: FrameOf<"presence">): PresenceList {
  const { count, partial: isPartial = false } = frame;
  const users = usersAfter(before.users, frame);
  const isSame = users === before.users && count === before.count && isPartial === before.isPartial;
  return isSame ? before : { users, count, isPartial };
}

function usersAfter(
  before: PresenceList["users"],
  { users, joined, updated, left }: FrameOf<"presence">,
): PresenceList["users"] {
  const known = new Map(before?.map((person) => [person.user, person]));
  // Nobody is named, or what has changed of users who are not known.
  if (!users && !(before && (joined ?? updated ?? left))) return undefined;
  const after = new Map(users ? [] : known);
  for (const [user, { state, away: isAway = false }] of [users, joined, updated].flatMap((some) => some ?? [])) {
    const person = known.get(user);
    const isSame = person && person.isAway === isAway && JSON.stringify(person.state) === JSON.stringify(state);
    after.set(user, isSame ? person : { user, state, isAway });
  }
  for (const user of left ?? []) after.delete(user);
  const sorted = [...after.values()].toSorted((a, b) => (a.user < b.user ? -1 : 1));
  return sorted.length === before?.length && sorted.every((person, at) => person === before[at]) ? before : sorted;
}
