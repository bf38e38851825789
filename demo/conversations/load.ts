/** The sample's conversations in the database, and who of the sample is who there. */
import type { Queryable } from "../../daemon/database/session.ts";
import { conversationsOf } from "./sample.ts";

/** The owners of whom nobody speaks yet: their conversations are missing. Names. */
export async function ownersWithoutConversations(database: Queryable): Promise<ReadonlySet<string>> {
  const rows = await database.query<{ name: string }>(
    "select name from owners o where not exists (select from people p where p.owner_id = o.id)",
  );
  return new Set(rows.map(({ name }) => name));
}

/**
 * One statement, and so one transaction. Returns the number of rows.
 * @param index the owner's place in the sample; it is in the database
 */
export async function loadConversations(database: Queryable, index: number, now: number): Promise<number> {
  const { people, conversations, members, messages } = conversationsOf(index, now);
  const [speaker = "", ...guests] = people;
  await database.query(
    `with owner as (
       select min(id) as id from owners where name = $1
     ), person as (
       insert into people (name, owner_id)
       select name, owner_id from (
         select 0 as place, $1 as name, id as owner_id from owner
         union all select place, name, null from unnest($2::text[]) with ordinality r(name, place)
       ) r order by place
       returning id, name
     ), conversation as (
       insert into conversations (owner_id, kind, title, created_at)
       select owner.id, kind, title, created_at
       from owner, json_to_recordset($3) as r(kind text, title text, created_at timestamptz)
       returning id, title
     ), member as (
       insert into conversation_members (conversation_id, person_id, name, title, joined_at)
       select c.id, p.id, p.name, r.title, r.joined_at
       from json_to_recordset($4) as r(conversation text, name text, title text, joined_at timestamptz)
       join conversation c on c.title = r.conversation join person p on p.name = r.name
     )
     insert into messages (conversation_id, author_id, author, body, created_at, edited_at, deleted_at)
     select c.id, p.id, p.name, body, created_at, edited_at, deleted_at
     from json_to_recordset($5) as r(conversation text, name text, body text, created_at timestamptz,
       edited_at timestamptz, deleted_at timestamptz)
     join conversation c on c.title = r.conversation join person p on p.name = r.name
     order by created_at`,
    [speaker, guests, ...[conversations, members, messages].map((list) => JSON.stringify(list))],
  );
  return people.length + conversations.length + members.length + messages.length;
}

/** People of one owner, by their ids. */
export interface ShownPeople {
  /** Speaks for the owner. */
  readonly speaker: string;
  /** Talks with the owner, in a room and in groups. */
  readonly guest: string;
}

/** The owner's conversations are loaded. */
export async function shownPeople(database: Queryable, owner: string): Promise<ShownPeople> {
  const [shown] = await database.query<ShownPeople>(
    `select (select min(id)::text from people where owner_id = $1) as speaker, min(m.person_id)::text as guest
     from conversations c join conversation_members m on m.conversation_id = c.id join people p on p.id = m.person_id
     where c.owner_id = $1 and c.kind = 'room' and p.owner_id is null
     having min(m.person_id) is not null`,
    [owner],
  );
  if (!shown) throw new Error(`owner ${owner} has no conversations`);
  return shown;
}
