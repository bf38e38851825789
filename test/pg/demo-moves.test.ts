import assert from "node:assert/strict";
import { it } from "node:test";
import { fileURLToPath } from "node:url";
import { createMarketplace, loadSeason, shownOwner } from "../../demo/marketplace.ts";
import { CONVERSATION_MOVES, MOST_CONVERSATIONS, MOST_MESSAGES } from "../../demo/conversations/moves.ts";
import { BUSY_DAY, MOVES } from "../../demo/moves.ts";
import { seeded } from "../../demo/season.ts";
import { pickMove } from "../../demo/traffic.ts";
import { Session } from "../../daemon/database/session.ts";
import { onEachServer } from "../support/servers.ts";

const SCHEMA = fileURLToPath(new URL("../../../demo/schema.sql", import.meta.url));

await onEachServer("the demo's traffic", (server) => {
  /** Runs with a season of two owners; the first one's page is shown. */
  async function inSeason(run: (session: Session, owner: string) => Promise<void>): Promise<void> {
    const database = await server.createDatabase();
    const settings = { search_path: "public" };
    const session = await Session.open({ url: database.url, role: "test", statementTimeoutMs: 30_000, settings });
    try {
      await createMarketplace(session, SCHEMA);
      const stopping = new AbortController();
      const loading = loadSeason(session, Date.now, (owners) => owners === 2 && stopping.abort(), stopping.signal);
      await assert.rejects(loading, { name: "AbortError" });
      await run(session, await shownOwner(session));
    } finally {
      await session.close();
    }
  }

  it("each move finds something to do in a fresh season, and touches one row of the owner it is made for", async () => {
    await inSeason(async (session, owner) => {
      for (const { name, sql } of MOVES) {
        const values = sql.includes("$2") ? [owner, "João"] : [owner];
        const rows = await session.query<{ owner_id: string }>(`${sql} returning owner_id::text`, values);
        assert.deepEqual(rows, [{ owner_id: owner }], name);
      }
    });
  });

  it("goes on for an hour and leaves no more than a busy day behind, with bookings still coming in", async () => {
    await inSeason(async (session, owner) => {
      const random = seeded(7);
      const made = new Map<string, number>();
      for (let second = 0; second < 1_500; second += 1) {
        const { name, sql } = pickMove(random);
        const values = sql.includes("$2") ? [owner, "João"] : [owner];
        const rows = await session.query(`${sql} returning owner_id`, values);
        made.set(name, (made.get(name) ?? 0) + rows.length);
      }
      const [day] = await session.query<{ created: number; paid: number }>(
        `select count(*) filter (where created_at > now() - interval '1 day')::int as created,
                count(*) filter (where paid_at > now() - interval '1 day')::int as paid from bookings where owner_id = $1`,
        [owner],
      );
      // The season's own last day may have been busier.
      assert.ok(day && day.created <= 2 * BUSY_DAY && day.paid <= 2 * BUSY_DAY, JSON.stringify(day));
      for (const name of ["a booking comes in", "a payment arrives", "a request is withdrawn"]) {
        assert.ok((made.get(name) ?? 0) > 75, `${name}: ${made.get(name)}`);
      }
    });
  });

  it("each move of conversations finds something to do in a fresh season, in a conversation of the owner it is made for", async () => {
    await inSeason(async (session, owner) => {
      const ofOthers = `select md5(string_agg(m::text, ',' order by m.id)) as all from messages m join conversations c on c.id = m.conversation_id where c.owner_id <> $1`;
      const before = await session.query(ofOthers, [owner]);
      for (const { name, sql, more } of CONVERSATION_MOVES) {
        const rows = await session.query(`${sql} returning 1`, more ? [owner, more(seeded(1))] : [owner]);
        assert.ok(rows.length === 1 || (name === "old messages go" && rows.length > 0), `${name}: ${rows.length}`);
      }
      assert.deepEqual(await session.query(ofOthers, [owner]), before);
    });
  });

  it("with no hangar to let nobody asks for one, and nobody new is there", async () => {
    await inSeason(async (session, owner) => {
      await session.query("update listings set status = 'inactive' where owner_id = $1", [owner]);
      const count = () => session.query("select count(*) from people");
      const before = await count();
      const { sql } = CONVERSATION_MOVES.find(({ name }) => name === "somebody asks for a hangar") ?? assert.fail();
      assert.deepEqual(await session.query(`${sql} returning 1`, [owner, "João"]), []);
      assert.deepEqual(await count(), before);
    });
  });

  it("conversations go on for hours without growing, and nobody is left alone in one", async () => {
    await inSeason(async (session, owner) => {
      const random = seeded(11);
      for (let step = 0; step < 1_500; step += 1) {
        const { sql, more } = pickMove(random, CONVERSATION_MOVES);
        await session.query(sql, more ? [owner, more(random)] : [owner]);
      }
      const [grown] = await session.query<{ messages: number; conversations: number; smallest: number }>(
        `select (select count(*)::int from messages m join conversations c on c.id = m.conversation_id where c.owner_id = $1) as messages,
                (select count(*)::int from conversations where owner_id = $1) as conversations,
                (select min(n)::int from (select count(m.id) as n from conversations c
                   left join conversation_members m on m.conversation_id = c.id where c.owner_id = $1 group by c.id) s) as smallest`,
        [owner],
      );
      assert.ok(grown && grown.messages < MOST_MESSAGES + 200, JSON.stringify(grown));
      assert.equal(grown.conversations, MOST_CONVERSATIONS);
      assert.ok(grown.smallest > 1, JSON.stringify(grown));
    });
  });
});
