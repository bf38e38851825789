/** `deltad why`: for each way in which a write is not told, the reason; for those that are, whom it concerns and who follows. */
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { runProgram } from "../../../daemon/cli/program.ts";
import { ConfigError } from "../../../daemon/config/errors.ts";
import { freePort } from "../../../daemon/database/cluster.ts";
import { daemonLogin } from "../../support/install.ts";
import { eventually } from "../../support/real-time.ts";
import { recordedShell } from "../../support/recorded-shell.ts";
import { come, enter, openRooms, type Rooms, ROOMS_CONFIG } from "../../support/rooms.ts";
import { onEachServer, type TestDatabase } from "../../support/servers.ts";
import { applyShop, SHOP_CONFIG, SHOP_SCHEMA } from "../../support/shop-database.ts";

interface Told {
  readonly reasons: readonly { readonly code: string; readonly meaning: string; readonly topics?: readonly string[] }[];
  readonly followers?: readonly { readonly topic: string; readonly found: number; readonly ofSubject?: number }[];
  readonly told?: readonly {
    readonly daemons: readonly { readonly connections: readonly { readonly subject?: string }[] }[];
  }[];
}

async function why(
  environment: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<Told & { lines: readonly string[] }> {
  const run = async (more: readonly string[]): Promise<readonly string[]> => {
    const shell = recordedShell({ environment });
    await runProgram(shell, () => assert.fail("no demo is asked for"), ["why", ...more, ...args]);
    return shell.printed;
  };
  const [json = ""] = await run(["--json"]);
  return { ...(JSON.parse(json) as Told), lines: await run([]) };
}

await onEachServer("deltad why, of a row that nobody was told of,", (server) => {
  let database: TestDatabase;
  let environment: Readonly<Record<string, string>>;

  before(async () => {
    database = await server.createDatabase();
    await database.query(SHOP_SCHEMA);
    await applyShop(database);
    await database.query("insert into shops (id) values (1), (2); delete from deltad.reset");
    environment = { DATABASE_URL: database.url, DELTAD_CONFIG: SHOP_CONFIG };
  });

  const codes = async (key: number, ...args: readonly string[]): Promise<string> =>
    (await why(environment, "payments", String(key), ...args)).reasons.map(({ code }) => code).join();

  it("says what was recorded of it, by whom it is followed, and what changed nothing", async () => {
    await database.query("insert into payments (id, shop_id, amount) values (1, 1, 10)");
    await database.query("update payments set shop_id = 2, amount = 12 where id = 1");
    await database.query("update payments set note = 'paid by card' where id = 1");
    const { reasons, lines } = await why(environment, "payments", "1");
    assert.deepEqual(
      reasons.map(({ code, topics }) => [code, topics]),
      [
        ["unchanged", undefined],
        ["recorded", ["owner:1", "owner:2"]],
        ["recorded", ["owner:1"]],
        ["up_to_date", undefined],
      ],
    );
    assert.match(
      lines[0] ?? "",
      /^Transaction \d+ wrote it and changed none of the columns .*\(id, shop_id, amount\): nobody is told\.$/,
    );
    assert.match(lines[1] ?? "", /^Transaction \d+ changed shop_id, amount: it concerns owner:1, owner:2\.$/);
    assert.match(lines[2] ?? "", /^Transaction \d+ inserted it: it concerns owner:1\.$/);
    assert.match(lines.at(-1) ?? "", /DELTAD_ADMIN_PORT/);
    await database.query("delete from payments where id = 1");
    assert.match(
      (await why(environment, "payments", "1")).lines.join("\n"),
      /deleted it: it concerns owner:2\.[^]*The row is gone, as was recorded\./,
    );
  });

  it("says that a transaction was rolled back, or is not committed yet", async (t) => {
    const client = await database.client();
    t.after(() => client.end());
    const number = async (): Promise<string> => {
      const { rows } = await client.query<{ xid: string }>("select pg_current_xact_id()::text as xid");
      return rows[0]?.xid ?? "";
    };
    await client.query("begin; insert into payments (id, shop_id, amount) values (2, 1, 10)");
    const open = await number();
    assert.equal(await codes(2, "--transaction", open), "in_progress,no_row");
    await client.query("rollback");
    assert.equal(await codes(2, "--transaction", open), "rolled_back,no_row");
    assert.equal(await codes(2, "--transaction", "999999999999"), "forgotten,no_row");
    await client.query("insert into payments (id, shop_id, amount) values (2, 1, 10)");
    assert.equal(await codes(2), "recorded,up_to_date");
  });

  it("says that no trigger saw it, and what is wrong with the triggers", async () => {
    // Whoever alters the table, or its triggers, has all topics read again.
    await database.query("alter table payments disable trigger deltad_insert");
    await database.query("insert into payments (id, shop_id, amount) values (3, 1, 10)");
    assert.equal(await codes(3), "unrecorded,bulk,trigger_disabled");
    await database.query("alter table payments enable always trigger deltad_insert");
    assert.equal(await codes(3), "unrecorded,bulk");
    await database.query("drop trigger deltad_update on payments");
    assert.equal(await codes(3), "unrecorded,bulk,trigger_missing");
    await applyShop(database);
    await database.query("select deltad.switch_off('public.payments')");
    assert.equal(await codes(3), "retained_no_more,bulk,capture_off");
    await applyShop(database);
    await database.query("select deltad.switch_on()");
    // Who was writing meanwhile, an autovacuum for one, is waited for.
    await eventually("capture to be back", async () => {
      await database.query("select deltad.return_capture()");
      return (await database.query("select from deltad.source where capture <> 'on'")).length === 0;
    });
  });

  it("says that its role leaves capture out", async () => {
    await database.query("delete from deltad.reset");
    const role = `importer_${database.name}`;
    await database.query(`create role ${role}; grant all on payments to ${role}; grant usage on schema deltad to ${role};
      grant execute on function deltad.skip_capture(text) to ${role}; alter role ${role} set deltad.capture = off`);
    const client = await database.client();
    await client.query(
      `set session authorization ${role}; set deltad.capture = off; insert into payments (id, shop_id, amount) values (4, 1, 10)`,
    );
    await client.end();
    const { reasons, lines } = await why(environment, "payments", "4");
    assert.deepEqual(
      reasons.map(({ code }) => code),
      ["unrecorded", "bulk", "skipped_by_role"],
    );
    assert.match(lines.join("\n"), new RegExp(`Writes of ${role} leave capture out`));
    await database.query(`drop owned by ${role}; drop role ${role}`);
  });

  it("says that it is kept no more; who may not see the row's transaction hears that it is one of two", async () => {
    await database.query("delete from deltad.reset");
    await database.query("insert into payments (id, shop_id, amount) values (5, 1, 10)");
    await database.query("select deltad.raise_floor(pg_current_snapshot())");
    await database.query("delete from deltad.change_payments");
    assert.equal(await codes(5), "retained_no_more");
    await database.query("update payments set amount = 11 where id = 5; delete from deltad.change_payments");
    assert.equal(await codes(5), "unrecorded");
    const daemon = { ...environment, DATABASE_URL: await daemonLogin(database) };
    const { reasons } = await why(daemon, "payments", "5");
    assert.equal(reasons[0]?.code, "nothing_kept");
  });

  it("refuses a table that the configuration does not use, and a key of another form, in one sentence", async () => {
    const refused = (says: RegExp, ...args: readonly string[]): Promise<void> =>
      assert.rejects(why(environment, ...args), (error) => error instanceof ConfigError && says.test(error.message));
    await refused(/does not use the table prices, .*; it has shops, orders, payments$/, "prices", "1");
    await refused(/a row of payments is named by its key: id$/, "payments");
    await refused(/--subject needs the operator's listener/, "payments", "1", "--subject", "ana");
  });
});

const READER = "reader-canary-0123456789abcdef-01";

await onEachServer("deltad why, of who follows a row's topics,", (server) => {
  let rooms: Rooms;
  let environment: Readonly<Record<string, string>>;

  before(async () => {
    const admin = {
      DELTAD_ADMIN_PORT: String(await freePort()),
      DELTAD_ADMIN_TOKENS: `prometheus:${READER}`,
      DELTAD_MIN_INTERVAL_MS: "500",
    };
    rooms = await openRooms(
      server,
      "insert into accounts values (7); insert into rooms (id, account_id, host, name) values (1, 7, 'ana', 'one'); insert into room_members values (1, 'eve'), (1, 'fay')",
      admin,
    );
    environment = { DATABASE_URL: rooms.database.url, DELTAD_CONFIG: ROOMS_CONFIG, ...admin };
  });
  after(() => rooms.daemon.stop());

  it("tells those who do from those who are not connected, and those who have not subscribed or may not", async () => {
    await rooms.database.query(
      "insert into room_members values (1, 'bob'); insert into messages (id, room_id, author, body) values (9, 1, 'bob', 'hi')",
    );
    const bob = await come(rooms, { sub: "bob" }, "room:1");
    const followers = async (subject: string) => {
      const told = await why(environment, "messages", "9", "--subject", subject);
      return { room: told.followers?.find(({ topic }) => topic === "room:1"), says: told.lines.join("\n") };
    };
    assert.match((await why(environment, "messages", "9")).lines.join("\n"), /room:1 is followed by 1 connection\.\n/);
    assert.equal((await followers("bob")).room?.found, 1);
    const cid = await enter(rooms, { sub: "cid" });
    cid.say({ type: "subscribe", id: "s", topic: "room:1" });
    await cid.next("nack");
    const { room, says } = await followers("cid");
    assert.deepEqual([room?.found, room?.ofSubject], [0, 1]);
    assert.match(says, /None of the 1 connections of this subject follows room:1: it has not subscribed, or may not/);
    assert.match(
      (await followers("dee")).says,
      /This subject has no connection, so that it is told nothing of room:1\./,
    );
    for (const socket of [bob, cid]) socket.terminate();
  });

  /** Of its own message, in a transaction of its own; gives that one's number. */
  const write = async (id: number): Promise<string> => {
    const [written] = await rooms.database.query<{ xid: string }>(
      `insert into messages (id, room_id, author, body) values (${id}, 1, 'eve', 'hi') returning pg_current_xact_id()::text as xid`,
    );
    return written?.xid ?? "";
  };

  it("says that it was sent as a version of its own, merged into a later one, or came with the whole", async () => {
    const eve = await come(rooms, { sub: "eve" }, "room:1");
    const ask = async (id: number): Promise<string> =>
      (await why(environment, "messages", String(id), "--subject", "eve")).lines.join("\n");
    const alone = await write(100);
    await eve.next("rows_changed");
    assert.match(
      await ask(100),
      /Connection \S+ of eve was sent it as version \d+ of room:1 at 20\S+, \d+ ms after the frame was made\./,
    );
    assert.match(
      (await why(environment, "messages", "100", "--transaction", alone)).lines.join("\n"),
      /was sent it as version/,
    );

    const published = async (transaction: string): Promise<boolean> => {
      const query = new URLSearchParams({ topic: "room:1", transaction });
      const answer = await fetch(
        `http://127.0.0.1:${environment["DELTAD_ADMIN_PORT"]}/admin/api/told?${query.toString()}`,
        {
          headers: { authorization: `Bearer ${READER}` },
        },
      );
      const { daemons } = (await answer.json()) as { daemons: readonly { published?: object }[] };
      return daemons[0]?.published !== undefined;
    };
    // Two that come within one interval; a machine that is held up has another try.
    let next = 101;
    await eventually("two to go out as one", async () => {
      const [one, other] = [(next += 2), next + 1];
      const seen = eve.frames.length;
      const first = await write(one);
      await eventually("the first", () => published(first));
      const second = await write(other);
      await eventually("the second", () => published(second));
      await eventually("a frame of it", () => eve.frames.length > seen);
      return /of eve was sent it merged into version \d+ of room:1 at/.test(await ask(one));
    });
    const late = await come(rooms, { sub: "eve" }, "room:1");
    assert.match(await ask(100), /of eve has it with the whole of room:1, version \d+ at/);
    for (const socket of [eve, late]) socket.terminate();
  });

  it("says that the token was revoked, and when its connection ended", async () => {
    const fay = await come(rooms, { sub: "fay" }, "room:1");
    await rooms.database.query(
      "select deltad.revoke_token(null, 'fay', clock_timestamp() + interval '1 minute', null)",
    );
    await fay.closed;
    await write(200);
    const { lines, told } = await why(environment, "messages", "200", "--subject", "fay");
    assert.match(
      lines.join("\n"),
      /Connection \S+ of fay has ended at 20\S+ \(unauthenticated\): its token was revoked\./,
    );
    const [connection] = told?.[0]?.daemons[0]?.connections ?? [];
    assert.equal(connection?.subject, "fay");
  });
});
