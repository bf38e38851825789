/** What happens in an owner's conversations, one SQL statement each; `$1` is the owner. A move that finds nothing to do changes nothing. */
import { OWNERS } from "../owners.ts";
import type { Move } from "../moves.ts";
import { guestName, pick, type Random } from "../season.ts";
import { linesOf } from "./lines.ts";

/** How many messages, and how many conversations, an owner has at most: others come no more, or old ones go. */
export const MOST_MESSAGES = 500;
export const MOST_CONVERSATIONS = 40;

/** A message of a member of the owner's conversations, who is among the people `p`. */
function write(who: string): string {
  return `insert into messages (conversation_id, author_id, author, body)
    select m.conversation_id, m.person_id, m.name, $2
    from conversation_members m join conversations c on c.id = m.conversation_id join people p on p.id = m.person_id
    where c.owner_id = $1 and ${who} order by random() limit 1`;
}

/** Any of the newest messages that are there. */
const RECENT = `(select id from (
    select s.id from messages s join conversations c on c.id = s.conversation_id
    where c.owner_id = $1 and s.deleted_at is null order by s.created_at desc limit 20
  ) recent order by random() limit 1)`;

const ASK = `
  with hangar as (
    select hangar_number as number from listings where owner_id = $1 and status = 'active' order by random() limit 1
  ), guest as (
    insert into people (name) select $2 from hangar
    where (select count(*) from conversations where owner_id = $1) < ${MOST_CONVERSATIONS} returning id, name
  ), room as (
    insert into conversations (owner_id, kind, title)
    select $1, 'room', number || ' · ' || name from guest, hangar returning id, title
  ), member as (
    insert into conversation_members (conversation_id, person_id, name, title)
    select room.id, guest.id, guest.name, number || ' · ' || owners.name from room, guest, hangar, owners where owners.id = $1
    union all
    select room.id, people.id, people.name, room.title from room, people where people.owner_id = $1
  )
  insert into messages (conversation_id, author_id, author, body) select room.id, guest.id, guest.name, '👋' from room, guest`;

/** In the language of the owner whose page is shown, the first one. */
const { talk, notices } = linesOf(OWNERS[0] ?? { language: "en" });
const LINES = [...talk.flat(), ...notices];
const line = (random: Random): string => pick(LINES, random);

export const CONVERSATION_MOVES: readonly Move[] = [
  { name: "a guest writes", weight: 40, sql: write("p.owner_id is null"), more: line },
  { name: "the owner writes", weight: 30, sql: write("p.owner_id = $1"), more: line },
  {
    name: "a message is put right",
    weight: 8,
    sql: `update messages set body = $2, edited_at = now() where id = ${RECENT}`,
    more: line,
  },
  {
    name: "a message is taken back",
    weight: 5,
    sql: `update messages set deleted_at = now() where id = ${RECENT}`,
  },
  {
    name: "a guest joins a group",
    weight: 5,
    sql: `insert into conversation_members (conversation_id, person_id, name, title)
      select g.id, m.person_id, m.name, g.title
      from conversations g, conversations c join conversation_members m on m.conversation_id = c.id join people p on p.id = m.person_id
      where g.owner_id = $1 and g.kind = 'group' and c.owner_id = $1 and c.kind = 'room' and p.owner_id is null
        and not exists (select from conversation_members o where o.conversation_id = g.id and o.person_id = m.person_id)
      order by random() limit 1 on conflict do nothing`,
  },
  {
    name: "a guest leaves a group",
    weight: 4,
    sql: `delete from conversation_members where id = (
      select m.id from conversation_members m join conversations c on c.id = m.conversation_id join people p on p.id = m.person_id
      where c.owner_id = $1 and c.kind = 'group' and p.owner_id is null order by random() limit 1)`,
  },
  { name: "somebody asks for a hangar", weight: 2, sql: ASK, more: guestName },
  {
    name: "old messages go",
    weight: 10,
    sql: `delete from messages where id in (
      select s.id from messages s join conversations c on c.id = s.conversation_id
      where c.owner_id = $1 order by s.created_at desc, s.id desc offset ${MOST_MESSAGES} limit 10)`,
  },
];
