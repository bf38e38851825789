/** What one owner and the guests have written to each other. Pure: the same owner and instant give the same rows. */
import { OWNERS } from "../owners.ts";
import { guestName, hangarNumber, iso, pick, type Random, seeded } from "../season.ts";
import { linesOf } from "./lines.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;
/** Guests of one owner, each with a room. */
const GUESTS = 18;
/** Messages of the owner's groups: one has more than a page shows at first, so that there are older ones to read. */
const GROUP_SIZES = [220, 60] as const;
const EDITED = 0.04;
const DELETED = 0.03;

export interface ConversationRow {
  readonly kind: "room" | "group";
  /** No other of the owner has it. */
  readonly title: string;
  readonly created_at: string;
}

export interface MemberRow {
  /** The conversation's title. */
  readonly conversation: string;
  /** No other of the owner's people has it. */
  readonly name: string;
  readonly title: string;
  readonly joined_at: string;
}

export interface MessageRow {
  readonly conversation: string;
  readonly name: string;
  readonly body: string;
  readonly created_at: string;
  readonly edited_at: string | null;
  readonly deleted_at: string | null;
}

export interface Conversations {
  /** The one who speaks for the owner first, then the guests. */
  readonly people: readonly string[];
  readonly conversations: readonly ConversationRow[];
  readonly members: readonly MemberRow[];
  readonly messages: readonly MessageRow[];
}

interface Conversation {
  readonly row: ConversationRow;
  readonly members: readonly MemberRow[];
  readonly messages: readonly MessageRow[];
}

/** Those of one owner, given by the place in {@link OWNERS}. `now` in milliseconds. */
export function conversationsOf(ownerIndex: number, now: number): Conversations {
  const owner = OWNERS[ownerIndex];
  if (owner === undefined) throw new RangeError(`there is no sample owner ${ownerIndex}`);
  const random = seeded(1_000 + ownerIndex);
  const lines = linesOf(owner);
  const guests = differentGuests(random);
  const rooms = guests.map((guest) => {
    const hangar = hangarNumber(1 + Math.floor(random() * 16));
    const talk = lines.talk.slice(0, 2 + Math.floor(random() * (lines.talk.length - 1)));
    const said = talk.flatMap(([asked, answered]) => [
      { name: guest, body: asked },
      { name: owner.name, body: answered },
    ]);
    const room = { kind: "room", title: `${hangar} · ${guest}` } as const;
    const members = { [owner.name]: room.title, [guest]: `${hangar} · ${owner.name}` };
    return conversation({ ...room, members, said, end: now - random() * 60 * DAY_MS, days: 3, random });
  });
  const groups = GROUP_SIZES.map((size, index) => {
    const title = lines.groups[index] ?? "";
    const names = [owner.name, ...guests.slice(0, 12 - 4 * index)];
    const said = Array.from({ length: size }, () => ({ name: pick(names, random), body: pick(lines.notices, random) }));
    const members = Object.fromEntries(names.map((name) => [name, title]));
    return conversation({ kind: "group", title, members, said, end: now - random() * DAY_MS, days: 60, random });
  });
  const all = [...groups, ...rooms];
  return {
    people: [owner.name, ...guests],
    conversations: all.map(({ row }) => row),
    members: all.flatMap(({ members }) => members),
    messages: all.flatMap(({ messages }) => messages),
  };
}

function differentGuests(random: Random): string[] {
  const names = new Set<string>();
  while (names.size < GUESTS) names.add(guestName(random));
  return [...names];
}

interface Made extends Pick<ConversationRow, "kind" | "title"> {
  /** What each member, by name, finds it called. */
  readonly members: Readonly<Record<string, string>>;
  readonly said: readonly { readonly name: string; readonly body: string }[];
  /** Milliseconds since 1970, before which all was said. */
  readonly end: number;
  readonly days: number;
  readonly random: Random;
}

function conversation({ kind, title, members, said, end, days, random }: Made): Conversation {
  const begin = end - days * DAY_MS;
  const step = (end - begin) / (said.length + 1);
  const messages = said.map(({ name, body }, index): MessageRow => {
    const at = begin + (index + 0.9 * random()) * step;
    // Within the step, so that nothing is later than now.
    const later = iso(at + Math.min(step * 0.1, MINUTE_MS));
    const [isEdited, isDeleted] = [random() < EDITED, random() < DELETED];
    return {
      conversation: title,
      name,
      body,
      created_at: iso(at),
      edited_at: isEdited ? later : null,
      deleted_at: isDeleted ? later : null,
    };
  });
  return {
    row: { kind, title, created_at: iso(begin) },
    members: Object.entries(members).map(([name, called]) => ({
      conversation: title,
      name,
      title: called,
      joined_at: iso(begin),
    })),
    messages,
  };
}
