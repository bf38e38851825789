/** How the marketplace itself writes messages: plain SQL, which asks in the same statement whether the person may. deltad hears of it by the row. */
import type { Queryable } from "../../daemon/database/session.ts";

/** `refused`: the person is no member. `missing`: nothing of that id there that the person wrote, or it was taken back. */
export type Written = { readonly id: string } | "refused" | "missing";

/** Ids as the database prints them; what is longer than a bigint must not come here. */
export class Messages {
  readonly #database: Queryable;

  constructor(database: Queryable) {
    this.#database = database;
  }

  async write(person: string, conversation: string, body: string): Promise<Written> {
    const [written] = await this.#database.query<{ id: string }>(
      `insert into messages (conversation_id, author_id, author, body)
       select conversation_id, person_id, name, $3 from conversation_members where conversation_id = $2 and person_id = $1
       returning id::text`,
      [person, conversation, body],
    );
    return written ?? "refused";
  }

  edit(person: string, conversation: string, message: string, body: string): Promise<Written> {
    return this.#change("body = $4, edited_at = clock_timestamp()", [person, conversation, message, body]);
  }

  /** The row stays, as what was said. */
  takeBack(person: string, conversation: string, message: string): Promise<Written> {
    return this.#change("deleted_at = clock_timestamp()", [person, conversation, message]);
  }

  async #change(set: string, values: readonly string[]): Promise<Written> {
    const [found] = await this.#database.query<{ is_member: boolean; id: string | null }>(
      `with member as (
         select from conversation_members where person_id = $1 and conversation_id = $2
       ), changed as (
         update messages set ${set}
         where id = $3 and conversation_id = $2 and author_id = $1 and deleted_at is null and exists (select from member)
         returning id
       )
       select exists (select from member) as is_member, (select id::text from changed) as id`,
      values,
    );
    if (found?.is_member !== true) return "refused";
    return found.id === null ? "missing" : { id: found.id };
  }
}
