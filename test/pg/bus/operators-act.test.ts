/** What operators are told of the daemons' state, and what they have done to topics, subjects and daemons. */
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import type { DaemonState } from "../../../daemon/admin/daemon-state.ts";
import type { DatabaseView } from "../../../daemon/admin/database-view.ts";
import { daemonLogin } from "../../support/install.ts";
import { ACTOR, ask, json, knows, type Operated, READER, startOperated } from "../../support/operated.ts";
import { eventually } from "../../support/real-time.ts";
import { come, enter, openRooms, type Rooms } from "../../support/rooms.ts";
import { onEachServer } from "../../support/servers.ts";

interface State {
  readonly daemons: readonly (DaemonState & { readonly daemon: string })[];
  readonly database: DatabaseView;
  readonly silent: number;
}

await onEachServer("operators of a daemon and another", (server) => {
  let plain: Rooms;
  let one: Operated;
  let other: Operated;

  before(async () => {
    plain = await openRooms(
      server,
      `insert into accounts values (7); insert into rooms (id, account_id, host, name) values (1, 7, 'ana', 'one'), (2, 7, 'ana', 'two')`,
    );
    one = await startOperated(plain);
    other = await startOperated(plain, { DELTAD_AUDIT_INTERVAL: "0" });
    await knows(one, 3);
  });
  after(() => Promise.all([plain, one, other].map(({ daemon }) => daemon.stop())));

  const state = async (at = one): Promise<State> =>
    (await json(await ask(at, "/admin/api/state", { token: READER }))) as unknown as State;
  const stateUntil = async (what: string, isSo: (state: State) => boolean): Promise<State> => {
    let last = await state();
    await eventually(what, async () => isSo((last = await state())));
    return last;
  };
  const act = (path: string, at = one): Promise<Response> => ask(at, path, { method: "POST" });
  const told = ({ lines }: Operated, message: string): readonly string[] =>
    lines.filter((line) => line.startsWith(message));

  it("see of each daemon how it reads, one that leads among them, and its lease", async () => {
    const socket = await come(one, { sub: "ana" }, "plaza:1");
    const { daemons, database } = await stateUntil(
      "the reader to have nothing to read",
      (now) => now.daemons.length === 3 && now.daemons.every(({ reader }) => reader?.mode !== "streaming"),
    );
    assert.equal(new Set(daemons.map(({ daemon }) => daemon)).size, 3);
    assert.equal(daemons.filter(({ reader }) => reader?.isLeader).length, 1);
    for (const { reader } of daemons) assert.equal(reader?.mode, reader?.isLeader ? "armed" : "following");
    assert.ok(daemons.every(({ isReady, isDraining, reader }) => isReady && !isDraining && (reader?.reads ?? 0) > 0));
    assert.deepEqual(
      new Map(database.leases.map(({ epoch, pid }) => [epoch, pid])),
      new Map(daemons.map(({ reader }) => [reader?.epoch, reader?.pid])),
    );
    assert.ok(database.leases.every((lease) => lease.application === "deltad/reader" && lease.renewedSeconds < 60));
    assert.deepEqual(
      daemons[0]?.kinds.find(({ kind }) => kind === "plaza"),
      { kind: "plaza", phases: { live: 1 } },
    );
    socket.terminate();
  });

  it("see how large the last batch was, which brought something", async () => {
    const follower = await enter(one, { ownerId: 7 });
    follower.say({ type: "subscribe", id: "s", topic: "owner:7" });
    await follower.next("snapshot");
    const before = (await state()).daemons[0]?.batches.batches ?? 0;
    await plain.database.query("insert into rooms (id, account_id, host, name) values (3, 7, 'ana', 'three')");
    const { daemons } = await stateUntil("the batch", (now) => (now.daemons[0]?.batches.batches ?? 0) > before);
    const { lastBatch } = daemons[0] as DaemonState;
    assert.ok(lastBatch !== undefined && lastBatch.changes > 0, JSON.stringify(lastBatch));
    assert.ok(Math.abs(Date.now() - Date.parse(lastBatch.at)) < 600_000);
    assert.ok(lastBatch.readMs > 0 && lastBatch.applyMs > 0);
    follower.terminate();
  });

  it("see the oldest transaction that has written, with who it is; a prepared one by its name", async (t) => {
    const client = await plain.database.client();
    t.after(() => client.end());
    await client.query("set application_name = 'nightly import'; begin; insert into accounts values (70)");
    const { rows } = await client.query<{ pid: number; role: string }>(
      "select pg_backend_pid() as pid, current_user::text as role",
    );
    const { database } = await stateUntil(
      "the transaction",
      (now) => now.database.oldest?.application === "nightly import",
    );
    const { pid, role, began, queryBegan, seconds, state: what } = database.oldest ?? {};
    assert.deepEqual({ pid, role, what }, { pid: rows[0]?.pid, role: rows[0]?.role, what: "idle in transaction" });
    assert.ok(Date.parse(began ?? "") <= Date.parse(queryBegan ?? "") && (seconds ?? -1) >= 0);
    await client.query("rollback");
    await stateUntil("it to be over", (now) => now.database.oldest?.application !== "nightly import");
  });

  it("see the last frames of a connection at another daemon, and for a while of one that ended, with why; nothing of what they said", async () => {
    const socket = await come(other, { sub: "ana" }, "plaza:1");
    const { connections } = await json(await ask(one, "/admin/api/connections?subject=ana&topic=plaza:1"));
    const { id = "" } = (connections as readonly { readonly id: string }[])[0] ?? {};
    const frames = async () => {
      const text = await (await ask(one, `/admin/api/connections/${id}/frames`, { token: READER })).text();
      assert.ok(!text.includes('"name"') && !text.includes("one"), "no row of it");
      return JSON.parse(text) as {
        daemon: string;
        frames: readonly Record<string, unknown>[];
        ended?: Record<string, string>;
      };
    };
    const open = await frames();
    assert.notEqual(open.daemon, (await state()).daemons[0]?.daemon);
    assert.equal(open.ended, undefined);
    const rows = open.frames.find(({ type }) => type === "rows");
    assert.equal(rows?.["topic"], "plaza:1");
    assert.ok(Number(rows["bytes"]) > 100 && Number(rows["version"]) >= 0 && Number(rows["delayMs"]) < 60_000);
    assert.deepEqual(
      open.frames.slice(0, 2).map(({ type }) => type),
      ["welcome", "rows"],
    );
    assert.equal((await json(await act(`/admin/api/connections/${id}/close`))).closed, 1);
    await socket.closed;
    const closed = await frames();
    assert.deepEqual(
      [closed.ended?.["close"], closed.ended?.["reason"]],
      ["unauthenticated", "closed by an operator: show a new token"],
    );
    assert.equal(closed.frames.length, open.frames.length);
    assert.equal((await ask(one, "/admin/api/connections/nobody/frames")).status, 404);
    for (const wrong of ["topic=a", "topic=a&transaction=x", "topic=a&transaction=1&colour=red"])
      assert.equal((await ask(one, `/admin/api/told?${wrong}`)).status, 400, wrong);
  });

  it("have a topic read again at all daemons that watch it, in their own name", async () => {
    const sockets = [await come(one, { sub: "ana" }, "plaza:2"), await come(other, { sub: "bob" }, "plaza:2")];
    assert.equal((await ask(one, "/admin/api/topics/plaza%3A2/reload", { method: "POST", token: READER })).status, 403);
    const seen = sockets.map(({ frames }) => frames.filter(({ type }) => type === "rows").length);
    assert.deepEqual(await json(await act("/admin/api/topics/plaza%3A2/reload")), {
      reloaded: 2,
      silent: 0,
      isPartial: false,
    });
    for (const [at, socket] of sockets.entries())
      await eventually(
        "the rows once more",
        () => socket.frames.filter(({ type }) => type === "rows").length > (seen[at] ?? 0),
      );
    for (const daemon of [one, other])
      assert.deepEqual(told(daemon, "an operator has a topic read again"), [
        'an operator has a topic read again {"operator":"ana-ops","topic":"plaza:2"}',
      ]);
    for (const nobody of ["plaza:99", "owner:99", "nothing:1", "plaza"])
      assert.equal(
        (await json(await act(`/admin/api/topics/${encodeURIComponent(nobody)}/reload`))).reloaded,
        0,
        nobody,
      );
    for (const socket of sockets) socket.terminate();
  });

  it("have an owner's numbers compared with SQL, also where the daemon has no audit of its own; what is wrong is read again", async () => {
    const follow = async (at: Operated) => {
      const socket = await enter(at, { ownerId: 7 });
      socket.say({ type: "subscribe", id: "s", topic: "owner:7" });
      await socket.next("snapshot");
      return socket;
    };
    const sockets = [await follow(one), await follow(other)];
    const verify = async (): Promise<readonly Record<string, unknown>[]> => {
      const { found, silent } = await json(await act("/admin/api/topics/owner%3A7/verify"));
      assert.equal(silent, 0);
      return found as readonly Record<string, unknown>[];
    };
    assert.deepEqual(
      (await verify()).map(({ kind }) => kind),
      ["right", "right"],
    );
    await plain.database.query(
      `begin; delete from rooms where id = 2; delete from deltad.change_rooms where change_xid = pg_current_xact_id(); commit`,
    );
    const wrong = await verify();
    assert.deepEqual(
      wrong.map(({ kind, differing }) => [kind, differing]),
      [
        ["drifted", 1],
        ["drifted", 1],
      ],
    );
    assert.match(String(wrong[0]?.leaves), /^rooms: \d+, by SQL \d+ \(1 too much\)$/);
    await eventually("they to be right again", async () => (await verify()).every(({ kind }) => kind === "right"));
    for (const daemon of [one, other])
      assert.match(
        told(daemon, "an operator has had a topic compared")[1] ?? "",
        /"operator":"ana-ops","topic":"owner:7","found":"drifted"/,
      );
    for (const socket of sockets) socket.terminate();
    const channel = await act("/admin/api/topics/plaza%3A1/verify");
    assert.equal(channel.status, 400);
    assert.match(await channel.text(), /deltad verify/);
  });

  it("revoke a subject: its connections end at all daemons; who lacks the right is told what to grant", async () => {
    const daemon = await startOperated(plain, { DATABASE_URL: await daemonLogin(plain.database) });
    try {
      const refused = await act("/admin/api/subjects/mallory/revoke", daemon);
      assert.equal(refused.status, 409);
      assert.match(await refused.text(), /grant it EXECUTE on deltad\.revoke_token/);
    } finally {
      await daemon.daemon.stop();
    }
    const sockets = [await enter(one, { sub: "mallory" }), await enter(other, { sub: "mallory" })];
    const bystander = await enter(one, { sub: "mal" });
    const { until } = await json(await act("/admin/api/subjects/mallory/revoke"));
    assert.ok(Date.parse(String(until)) > 0);
    for (const socket of sockets) assert.equal((await socket.closed).code, 4401);
    assert.equal(bystander.native.readyState, bystander.native.OPEN);
    assert.match(told(one, "an operator has revoked")[0] ?? "", /"operator":"ana-ops","subject":"mallory","until":"20/);
    bystander.terminate();
  });

  it("drain a daemon by its name, asked at another: its clients are told to come back, and it takes no new ones", async () => {
    const drained = await startOperated(plain);
    try {
      await knows(one, 4);
      const own = (await state(drained)).daemons[0]?.daemon ?? "";
      const socket = await enter(drained, { sub: "ana" });
      assert.equal((await json(await act("/admin/api/daemons/nobody/drain"))).drained, 0);
      assert.equal((await json(await act(`/admin/api/daemons/${own}/drain`))).drained, 1);
      await socket.next("bye");
      assert.equal((await socket.closed).code, 1012);
      await assert.rejects(fetch(`${drained.daemon.url}livez`), "nothing listens for clients any more");
      const after = (await state(drained)).daemons[0];
      assert.deepEqual([after?.isDraining, after?.isReady], [true, false]);
      assert.match(told(drained, "an operator has this daemon let")[0] ?? "", /"operator":"ana-ops"/);
      assert.equal(told(one, "an operator has this daemon let").length, 0);
    } finally {
      await drained.daemon.stop();
    }
  });

  it("who may not act does none of it, and none of it is on the clients' port", async () => {
    for (const path of ["topics/owner%3A7/verify", "subjects/x/revoke", "daemons/x/drain"]) {
      const at = `/admin/api/${path}`;
      assert.equal((await ask(one, at, { method: "POST", token: READER })).status, 403, path);
      assert.equal((await ask(one, at)).status, 405, path);
      const outside = await ask(one.port, at, { method: "POST", token: ACTOR });
      assert.ok(outside.status === 404 || outside.status === 405, `${path}: ${outside.status}`);
    }
    assert.equal((await ask(one.port, "/admin/api/state")).status, 404);
  });
});
