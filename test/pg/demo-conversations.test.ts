/** The demo's own server, by which members write. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { afterEach, before, beforeEach, it } from "node:test";
import jsonwebtoken from "jsonwebtoken";
import type { Log } from "../../daemon/config/log.ts";
import { type ConversationsServer, openConversations } from "../support/conversations-server.ts";
import { DEMO } from "../support/oracle.ts";
import { exchange } from "../support/raw-http.ts";
import { createMarketplace } from "../support/running-daemon.ts";
import { onEachServer, type TestDatabase } from "../support/servers.ts";
import { SECRET, token } from "../support/tokens.ts";

/** People: 1 speaks for the owner, 2 and 3 are guests. Conversation 11 has 1 and 2, conversation 12 has 1 and 3. */
const ROWS = `
  insert into owners (id, name) values (1, 'Campo');
  insert into people (id, name, owner_id) values (1, 'Campo', 1), (2, 'Zoë', null), (3, 'Caio', null);
  insert into conversations (id, owner_id, kind, title) values (11, 1, 'room', 'H-01'), (12, 1, 'room', 'H-02');
  insert into conversation_members (conversation_id, person_id, name, title)
    values (11, 1, 'Campo', 'a'), (11, 2, 'Zoë', 'b'), (12, 1, 'Campo', 'a'), (12, 3, 'Caio', 'b');
  insert into messages (id, conversation_id, author_id, author, body, deleted_at)
    values (101, 11, 2, 'Zoë', 'Oi', null), (102, 11, 1, 'Campo', 'Olá', null), (103, 11, 2, 'Zoë', 'Gone', now()), (104, 12, 3, 'Caio', 'Hi', null);
  select setval('messages_id_seq', 200)`;

await onEachServer("The demo's server of conversations", (server) => {
  const warnings: string[] = [];
  const quiet = (): undefined => undefined;
  const log: Log = { debug: quiet, info: quiet, error: quiet, warn: (_: object, text: string) => warnings.push(text) };
  let database: TestDatabase;
  let conversations: ConversationsServer;

  before(async () => {
    database = await server.createDatabase();
    await createMarketplace(database, DEMO);
  });
  beforeEach(async () => {
    await database.query(
      `truncate messages, conversation_members, conversations, people, owners cascade; delete from deltad.revocation; ${ROWS}`,
    );
    warnings.length = 0;
    conversations = await openConversations(database, log);
  });
  afterEach(() => conversations.stop());

  const bearer = (sub: string | undefined, secret = SECRET): string =>
    `Bearer ${token({ ...(sub !== undefined && { sub }), owners: [] }, Date.now(), secret)}`;

  async function ask(method: string, path: string, given: { as?: string; body?: unknown; text?: string } = {}) {
    const text = given.text ?? (given.body === undefined ? undefined : JSON.stringify(given.body));
    const answer = await fetch(conversations.address + path, {
      method,
      headers: { ...(given.as !== undefined && { authorization: given.as }) },
      ...(text !== undefined && { body: text }),
    });
    const told = (await answer.json()) as { id?: string; error?: string };
    return { status: answer.status, ...told };
  }

  const messages = () =>
    database.query<{ id: string; body: string }>(
      "select id::text, author, body, edited_at is not null as edited, deleted_at is not null as deleted from messages order by id",
    );

  it("writes what a member says under the member's name, puts it right and takes it back: each is a row", async () => {
    const as = bearer("2");
    const written = await ask("POST", "/conversations/11/messages", {
      as,
      body: { body: "  '); drop table messages; -- 🛩️\nsegunda linha " },
    });
    assert.equal(written.status, 201);
    const { id = "" } = written;
    const row = async () => (await messages()).find((one) => one.id === id);
    const said = {
      id,
      author: "Zoë",
      body: "'); drop table messages; -- 🛩️\nsegunda linha",
      edited: false,
      deleted: false,
    };
    assert.deepEqual(await row(), said);
    assert.deepEqual(
      await ask("PATCH", `/conversations/11/messages/${id}`, { as, body: { body: "x".repeat(2_000) } }),
      { status: 200, id },
    );
    assert.deepEqual(await row(), { ...said, body: "x".repeat(2_000), edited: true });
    assert.deepEqual(await ask("DELETE", `/conversations/11/messages/${id}`, { as }), { status: 200, id });
    assert.deepEqual(await row(), { ...said, body: "x".repeat(2_000), edited: true, deleted: true });
  });

  it("lets nobody else write: each refusal says why, and no row changes", async () => {
    const before = await messages();
    const body = { body: "no" };
    const expired = `Bearer ${token({ sub: "2", exp: 1_000, iat: 1 }, Date.now())}`;
    const to = (status: number, error: RegExp) => ({ status, error });
    const refused: [
      string,
      string,
      { as?: string; body?: unknown; text?: string },
      { status: number; error: RegExp },
    ][] = [
      ["POST", "/conversations/11/messages", { body }, to(401, /give a token/)],
      ["POST", "/conversations/11/messages", { as: "Bearer x", body }, to(401, /not good/)],
      ["POST", "/conversations/11/messages", { as: expired, body }, to(401, /expired/)],
      [
        "POST",
        "/conversations/11/messages",
        { as: bearer("2", "another secret, long enough for HS256 too"), body },
        to(401, /not good/),
      ],
      ["POST", "/conversations/11/messages", { as: bearer("3"), body }, to(403, /only members/)],
      ["POST", "/conversations/99/messages", { as: bearer("1"), body }, to(403, /only members/)],
      ["POST", "/conversations/11/messages", { as: bearer("Zoë"), body }, to(403, /nobody's id/)],
      ["POST", "/conversations/11/messages", { as: bearer("9".repeat(19)), body }, to(403, /nobody's id/)],
      ["PATCH", "/conversations/11/messages/102", { as: bearer("2"), body }, to(404, /no such message of yours/)],
      ["DELETE", "/conversations/11/messages/102", { as: bearer("2") }, to(404, /no such message of yours/)],
      ["PATCH", "/conversations/11/messages/103", { as: bearer("2"), body }, to(404, /no such message of yours/)],
      ["PATCH", "/conversations/12/messages/101", { as: bearer("2"), body }, to(403, /only members/)],
      ["DELETE", "/conversations/11/messages/104", { as: bearer("1") }, to(404, /no such message of yours/)],
      ["PUT", "/conversations/11/messages", { as: bearer("2"), body }, to(405, /takes POST/)],
      ["POST", "/conversations/11/messages/101", { as: bearer("2"), body }, to(405, /takes PATCH and DELETE/)],
      ["POST", "/conversations/011/messages", { as: bearer("2"), body }, to(404, /nothing here/)],
      ["POST", `/conversations/${"9".repeat(19)}/messages`, { as: bearer("2"), body }, to(404, /nothing here/)],
      ...[
        { body: "" },
        { body: " \n" },
        { body: "x".repeat(2_001) },
        { body: "a\0b" },
        { body: 7 },
        { body: "a", more: 1 },
        [],
        {},
      ].map((body): (typeof refused)[number] => [
        "POST",
        "/conversations/11/messages",
        { as: bearer("2"), body },
        to(400, /1 to 2000 letters/),
      ]),
      ...["", "{", '{"body":"\\ud83d"}'].map((text): (typeof refused)[number] => [
        "POST",
        "/conversations/11/messages",
        { as: bearer("2"), text },
        to(400, /1 to 2000 letters/),
      ]),
      ["POST", "/conversations/11/messages", { as: bearer("2"), text: " ".repeat(200_000) }, to(413, /16384 bytes/)],
    ];
    for (const [method, path, given, { status, error }] of refused) {
      const answer = await ask(method, path, given);
      const what = `${method} ${path} ${JSON.stringify(given).slice(0, 200)}`;
      assert.equal(answer.status, status, `${what}: ${JSON.stringify(answer)}`);
      assert.match(answer.error ?? "", error, what);
    }
    assert.deepEqual(await messages(), before);
    assert.deepEqual(warnings, []);
  });

  it("who is no member any more may not change what they said", async () => {
    await database.query("delete from conversation_members where person_id = 2");
    const before = await messages();
    for (const [method, body] of [
      ["PATCH", { body: "x" }],
      ["DELETE", undefined],
    ] as const)
      assert.equal((await ask(method, "/conversations/11/messages/101", { as: bearer("2"), body })).status, 403);
    assert.deepEqual(await messages(), before);
  });

  it("takes no token that was revoked, by its jti or as one of its subject's until then", async () => {
    const now = Date.now();
    const claims = { sub: "2", owners: [], exp: Math.floor(now / 1000) + 3_600 };
    const tokens = [
      token({ ...claims, jti: "one" }, now),
      token({ ...claims, jti: "other" }, now),
      token({ ...claims, iat: Math.floor(now / 1000) + 5 }, now),
      jsonwebtoken.sign(claims, SECRET, { noTimestamp: true }),
    ];
    const write = async (text: string) => {
      const answer = await ask("POST", "/conversations/11/messages", { as: `Bearer ${text}`, body: { body: "a" } });
      return answer.error ?? answer.status;
    };
    const all = () => Promise.all(tokens.map(write));
    const revoked = "the token was revoked: get another one";
    assert.deepEqual(await all(), [201, 201, 201, 201]);
    await database.query("select deltad.revoke_token('one', null, null, null)");
    assert.deepEqual(await all(), [revoked, 201, 201, 201]);
    await database.query(`select deltad.revoke_token(null, '2', to_timestamp(${Math.floor(now / 1000)}), null)`);
    assert.deepEqual(await all(), [revoked, revoked, 201, revoked]);
  });

  /** A request that says that it has a million bytes, and sends 20,000 of them when the server has begun to look at it. */
  async function begin() {
    const request = httpRequest(`${conversations.address}/conversations/11/messages`, {
      method: "POST",
      headers: { authorization: bearer("2"), "content-length": 1_000_000, expect: "100-continue" },
    });
    request.on("error", () => undefined);
    request.flushHeaders();
    await once(request, "continue");
    return request;
  }

  it("a request that is too long is answered before it is whole", async () => {
    const request = await begin();
    request.write(" ".repeat(20_000));
    const [response] = (await once(request, "response")) as [IncomingMessage];
    assert.equal(response.statusCode, 413);
    request.destroy();
  });

  it("a request that its client breaks off is nothing to warn of", async () => {
    const request = await begin();
    request.destroy();
    await conversations.application.stop();
    // What it asked the database came before this; then it reads, in vain.
    await conversations.session.query("select 1");
    for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(warnings, []);
  });

  it("gives out its own page and not deltad's, with a policy that lets it talk to deltad on the browser's host", async () => {
    const port = Number(new URL(conversations.address).port);
    const get = (path: string, host: string) => exchange(port, "GET", path, { host });
    assert.equal((await get("/", "localhost")).status, 404);
    conversations.application.showDeltad(8_123);
    const policy = async (host: string) =>
      /connect-src [^;]*/.exec((await get("/", host)).headers.get("content-security-policy") ?? "")?.[0];
    assert.equal(
      await policy(`demo.example:${port}`),
      "connect-src 'self' http://demo.example:8123 ws://demo.example:8123",
    );
    assert.equal(await policy("'none'; x"), "connect-src 'self' http://127.0.0.1:8123 ws://127.0.0.1:8123");
    assert.equal(await policy(`[::1]:${port}`), "connect-src 'self' http: ws:");
    assert.equal((await get("/conversations.html", "localhost")).status, 200);
    assert.equal((await get("/index.html", "localhost")).status, 404);
  });

  it("says so while the database can't be asked, and goes on", async () => {
    await conversations.session.close();
    const answer = await ask("POST", "/conversations/11/messages", { as: bearer("2"), body: { body: "a" } });
    assert.deepEqual([answer.status, answer.error?.includes("try again")], [503, true]);
    assert.deepEqual(warnings, ["the demo could not answer a request"]);
    assert.equal((await ask("POST", "/conversations/11/messages")).status, 401);
  });
});
