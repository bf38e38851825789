/** What operators may ask of all daemons by one, and do at all of them. */
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { runProgram } from "../../../daemon/cli/program.ts";
import { ConfigError } from "../../../daemon/config/errors.ts";
import { freePort } from "../../../daemon/database/cluster.ts";
import { WHOLESALE } from "../../support/oracle.ts";
import { eventually } from "../../support/real-time.ts";
import { recordedShell } from "../../support/recorded-shell.ts";
import { ACTOR, ask as askAt, json, knows, type Operated, READER, startOperated } from "../../support/operated.ts";
import { come, enter, openRooms, type Rooms } from "../../support/rooms.ts";
import { createMarketplace, startMarketplaceDaemon } from "../../support/running-daemon.ts";
import { onEachServer, type TestDatabase } from "../../support/servers.ts";

const noDemo = (): Promise<never> => Promise.reject(new Error("there is no demo"));

await onEachServer("operators of several daemons", (server) => {
  let plain: Rooms;
  let one: Operated;
  let other: Operated;

  const ask = (path: string, { at = one.adminPort, ...how }: { token?: string; method?: string; at?: number } = {}) =>
    askAt(at, path, how);

  before(async () => {
    plain = await openRooms(
      server,
      `insert into accounts values (7); insert into rooms (id, account_id, host, name) values (1, 7, 'ana', 'one'), (2, 7, 'ana', 'two')`,
    );
    [one, other] = [await startOperated(plain), await startOperated(plain)];
    await knows(one, 3);
  });
  after(() => Promise.all([plain, one, other].map(({ daemon }) => daemon.stop())));

  it("only daemons that have something to tell each other have a session for it", async () => {
    const sessions = (database: TestDatabase): Promise<unknown[]> =>
      database.query(
        "select from pg_stat_activity where application_name = 'deltad/bus' and datname = current_database()",
      );
    assert.equal((await sessions(plain.database)).length, 3);
    const database = await server.createDatabase();
    await createMarketplace(database, WHOLESALE);
    const port = await freePort();
    const daemon = await startMarketplaceDaemon(database, WHOLESALE, port);
    await eventually("it to be ready", async () => (await fetch(`${daemon.url}readyz`)).status === 200);
    assert.equal((await sessions(database)).length, 0);
    const operated = await startMarketplaceDaemon(database, WHOLESALE, await freePort(), {
      DELTAD_ADMIN_PORT: String(await freePort()),
      DELTAD_ADMIN_TOKENS: `prometheus:${READER}`,
    });
    await eventually("who may only read to be told of others", async () => (await sessions(database)).length === 1);
    await operated.stop();
    await daemon.stop();
  });

  it("one is asked for all, and tells how many connections, subjects and subscriptions there are", async () => {
    const sockets = [
      await enter(one, { sub: "ana" }),
      await enter(one, { sub: "ana" }),
      await enter(one, { ownerId: 7 }),
      await enter(other, { sub: "ana" }),
      await enter(other, { sub: "bob" }),
    ];
    for (const socket of sockets) socket.say({ type: "subscribe", id: "s", topic: "plaza:1" });
    for (const socket of sockets)
      await eventually("the plaza", () => socket.frames.some((frame) => "id" in frame && frame.id === "s"));
    let answer: Record<string, unknown> = {};
    await eventually("all of them to be counted, which is done once a second", async () => {
      answer = await json(await ask("/admin/api/statistics", { token: READER }));
      return (answer.all as { subscriptions: number }).subscriptions === sockets.length;
    });
    const { daemon, all, silent, isPartial, bus } = answer;
    assert.deepEqual(daemon, {
      connections: 3,
      subjects: 1,
      connectionsOfSubjects: 2,
      averagePerSubject: 2,
      subscriptions: 3,
      largestTopics: [{ topic: "plaza:1", subscriptions: 3 }],
    });
    assert.deepEqual(all, {
      daemons: 3,
      connections: 5,
      subjects: { least: 2, most: 3 },
      averagePerSubject: 1.33,
      subscriptions: 5,
      largestTopics: [{ topic: "plaza:1", subscriptions: 5 }],
    });
    assert.deepEqual([silent, isPartial, bus], [0, false, { isUp: true }]);
    for (const socket of sockets) socket.terminate();
  });

  it("who may act closes a subject's connections at all daemons, in their own name, and nobody else's", async () => {
    const own = [
      await enter(one, { sub: "ana/ü" }),
      await enter(one, { sub: "ana/ü" }),
      await enter(other, { sub: "ana/ü" }),
    ];
    const others = [await enter(one, { sub: "ana" }), await enter(other, { ownerId: 7 })];
    const path = `/admin/api/subjects/${encodeURIComponent("ana/ü")}/close`;
    assert.equal((await ask(path, { method: "POST", token: READER })).status, 403);
    assert.equal((await ask(path, { method: "GET" })).status, 405);
    assert.equal((await ask("/admin/api/subjects/%ff/close", { method: "POST" })).status, 400);
    assert.equal((await ask(path, { method: "POST", token: "nobody" })).status, 401);
    assert.ok(own.every(({ native }) => native.readyState === native.OPEN));
    assert.deepEqual(await json(await ask(path, { method: "POST" })), { closed: 3, silent: 0, isPartial: false });
    for (const socket of own)
      assert.deepEqual(await socket.closed, { code: 4401, reason: "closed by an operator: show a new token" });
    for (const socket of others) {
      socket.say({ type: "subscribe", id: "t", topic: "plaza:2" });
      await eventually("who is not meant to be served", () =>
        socket.frames.some((frame) => "id" in frame && frame.id === "t"),
      );
    }
    for (const [{ lines }, connections] of [
      [one, 2],
      [other, 1],
    ] as const) {
      const told = lines.filter((line) => line.startsWith("an operator has closed"));
      assert.deepEqual(told, [
        `an operator has closed connections {"operator":"ana-ops","subject":"ana/ü","connections":${connections}}`,
      ]);
    }
    const back = await enter(other, { sub: "ana/ü" });
    for (const socket of [...others, back]) socket.terminate();
  });

  it("one lists the connections of all, and closes one of them, or those of a topic", async () => {
    interface Listed {
      readonly found: number;
      readonly connections: readonly (Readonly<Record<string, unknown>> & { readonly id: string })[];
    }
    const list = async (query: string): Promise<Listed> =>
      (await json(await ask(`/admin/api/connections?${query}`, { token: READER }))) as unknown as Listed;
    const sockets = [
      await come(one, { sub: "cid" }, "plaza:2"),
      await come(other, { sub: "cid" }, "plaza:2"),
      await come(other, { sub: "dee", role: "admin" }, "plaza:2"),
    ];

    // Those of other tests may still be on their way out.
    await eventually("these alone", async () => (await list("topic=plaza:2")).found === 3);
    const { connections } = await list("topic=plaza:2&order=oldest");
    assert.deepEqual(
      connections.map(({ subject, isAdmin, state, topics, subscriptions, messagesReceived, isBlocked }) => ({
        subject,
        isAdmin,
        state,
        topics,
        subscriptions,
        messagesReceived,
        isBlocked,
      })),
      [
        ["cid", false],
        ["cid", false],
        ["dee", true],
      ].map(([subject, isAdmin]) => ({
        subject,
        isAdmin,
        state: "open",
        topics: ["plaza:2"],
        subscriptions: 1,
        // Its token came with the handshake.
        messagesReceived: 1,
        isBlocked: false,
      })),
    );
    const daemons = connections.map(({ daemon }) => daemon);
    assert.ok(daemons[0] !== daemons[1] && daemons[1] === daemons[2], daemons.join());
    for (const [at, { framesSent, bytesSent, address, since }] of connections.entries()) {
      assert.equal(framesSent, sockets[at]?.frames.length);
      assert.equal(bytesSent, Buffer.concat(sockets[at]?.bytes ?? []).length);
      assert.equal(address, "127.0.0.1");
      assert.ok(Date.parse(String(since)) <= Date.now());
    }
    assert.deepEqual((await list("subject=cid&limit=1")).connections.length, 1);
    assert.deepEqual((await list("subject=cid&limit=1")).found, 2);
    assert.equal((await list("subject=nobody")).found, 0);
    for (const wrong of ["limit=0", "limit=5001", "order=name", "colour=red"])
      assert.equal((await ask(`/admin/api/connections?${wrong}`)).status, 400, wrong);

    const [, second, third] = connections;
    const close = (path: string, token = ACTOR): Promise<Response> => ask(path, { method: "POST", token });
    assert.equal((await close(`/admin/api/connections/${second?.id}/close`, READER)).status, 403);
    assert.deepEqual(await json(await close(`/admin/api/connections/${second?.id}/close`)), {
      closed: 1,
      silent: 0,
      isPartial: false,
    });
    assert.equal((await sockets[1]?.closed)?.code, 4401);
    assert.equal((await list(`id=${third?.id}`)).found, 1);
    assert.deepEqual(await json(await close("/admin/api/topics/plaza%3A2/close")), {
      closed: 2,
      silent: 0,
      isPartial: false,
    });
    for (const socket of sockets) assert.equal((await socket.closed).code, 4401);
  });

  it("the configuration is told with where each value comes from, and no secret", async () => {
    const text = await (await ask("/admin/api/options", { token: READER })).text();
    const { options } = JSON.parse(text) as { options: readonly { readonly name: string }[] };
    const of = (name: string): unknown => options.find((option) => option.name === name);
    assert.deepEqual(of("DELTAD_ADMIN_PORT"), {
      name: "DELTAD_ADMIN_PORT",
      value: String(one.adminPort),
      origin: "environment",
    });
    assert.deepEqual(of("DELTAD_RETENTION"), { name: "DELTAD_RETENTION", value: "24h", origin: "default" });
    assert.deepEqual(of("DELTAD_JWKS_URL"), { name: "DELTAD_JWKS_URL", origin: "unset" });
    for (const name of ["DATABASE_URL", "DELTAD_JWT_SECRET", "DELTAD_ADMIN_TOKENS", "DELTAD_ADMIN_ACT_TOKENS"])
      assert.deepEqual(of(name), { name, origin: "environment", isSecret: true });
    for (const secret of [READER, ACTOR, plain.database.url]) assert.ok(!text.includes(secret));
  });

  it("deltad top shows them to who has a token, and says what is wrong to others", async () => {
    const socket = await enter(other, { sub: "eve\u001b[2J" });
    const environment = { DELTAD_ADMIN_PORT: String(one.adminPort), DELTAD_ADMIN_TOKENS: `prometheus:${READER}` };
    const top = async (args: readonly string[], given: Readonly<Record<string, string>> = environment) => {
      const shell = recordedShell({ environment: given });
      let error: unknown;
      await runProgram(shell, noDemo, ["top", "--once", ...args]).catch((thrown: unknown) => (error = thrown));
      return { printed: shell.printed.join("\n"), error };
    };
    const { printed, error } = await top(["--order", "newest"]);
    assert.equal(error, undefined);
    assert.match(printed, /3 daemons, \d+ connections?, /);
    assert.match(printed, /^CONNECTION +DAEMON +SUBJECT/m);
    // What a subject holds moves nothing on a terminal.
    assert.match(printed, / eve \[2J +127\.0\.0\.1 /);
    const asJson = JSON.parse((await top(["--json", "--subject", "eve\u001b[2J"])).printed) as {
      listed: { found: number };
    };
    assert.equal(asJson.listed.found, 1);
    const refused = async (given: Readonly<Record<string, string>>, says: RegExp): Promise<void> => {
      const { error: thrown } = await top([], given);
      assert.ok(thrown instanceof ConfigError, String(thrown));
      assert.match(thrown.message, says);
    };
    await refused({}, /DELTAD_ADMIN_PORT/);
    await refused({ DELTAD_ADMIN_PORT: String(one.adminPort) }, /DELTAD_ADMIN_TOKENS/);
    await refused({ ...environment, DELTAD_ADMIN_TOKENS: `x:${"0".repeat(32)}` }, /does not know the token/);
    await refused({ ...environment, DELTAD_ADMIN_PORT: String(await freePort()) }, /no daemon answers operators/);
    socket.terminate();
  });

  it("nothing of it is on the clients' port", async () => {
    for (const [path, method] of [
      ["/admin/api/statistics", "GET"],
      ["/admin/api/connections", "GET"],
      ["/admin/api/options", "GET"],
      ["/admin/api/subjects/ana/close", "POST"],
    ] as const) {
      for (const token of [READER, ACTOR, one.daemon.token({ role: "admin" })]) {
        const { status } = await ask(path, { method, token, at: one.port });
        assert.ok(status === 404 || status === 405, `${method} ${path}: ${status}`);
      }
    }
  });
});
