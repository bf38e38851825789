/** The conversations of docs/protocol.md, held with the whole daemon. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { it } from "node:test";
import { fileURLToPath } from "node:url";
import { readConfig } from "../../daemon/config/config.ts";
import { startDaemon } from "../../daemon/daemon.ts";
import { ownerTopic } from "../../protocol/topic.ts";
import { Conversation, type Opening } from "../support/conversation.ts";
import { applyFile } from "../support/install.ts";
import { MADE_UP, withPlaceholders } from "../support/placeholders.ts";
import { onEachServer, type TestDatabase } from "../support/servers.ts";
import type { DownOf } from "../support/socket.ts";
import { SECRET, token } from "../support/tokens.ts";
import { assertWritten } from "../support/written-document.ts";

const PAGE = "docs/protocol.md";
const at = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const QUIET = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const CONFIG = at("test/transcript/deltad.config.ts");

interface World {
  readonly port: number;
  readonly database: TestDatabase;
  readonly token: (claims: object) => string;
  readonly open: (opening?: Opening) => Conversation;
  /** Welcomed, and subscribed to shop 1 unless told otherwise. */
  readonly follow: (subscribe?: object) => Promise<Conversation>;
  /** Write, and return when the daemon has told it to those who were there. */
  readonly place: (item: string) => Promise<void>;
  readonly send: (item: string) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Of `fetch`, as text that one could type. */
async function http(world: World, path: string, headers: Record<string, string>): Promise<string[]> {
  const sent = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const answer = await fetch(`http://127.0.0.1:${world.port}${path}`, { headers });
  const told = ["etag", "content-type"].flatMap((name) => {
    const value = answer.headers.get(name);
    return value === null ? [] : [`${name}: ${value}`];
  });
  const body = (await answer.text()).trim();
  return [`→ GET ${path}`, ...sent, `← ${answer.status}`, ...told, ...(body === "" ? [] : ["", body])];
}

/** Server-sent events until `count` snapshots, patches or events have come. */
async function sse(world: World, headers: Record<string, string>, count: number): Promise<string[]> {
  const stop = new AbortController();
  const all = { Accept: "text/event-stream", ...headers };
  const answer = await fetch(`http://127.0.0.1:${world.port}/v1/stream`, { headers: all, signal: stop.signal });
  let text = "";
  for await (const chunk of answer.body ?? []) {
    text += Buffer.from(chunk as Uint8Array).toString();
    if (text.endsWith("\n\n") && (text.match(/^id: /gm)?.length ?? 0) >= count) break;
  }
  stop.abort();
  const sent = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  const blocks = text
    .trimEnd()
    .split("\n\n")
    .filter((block) => !block.includes('"heartbeat"'));
  return ["→ GET /v1/stream", ...sent, `← ${answer.status}`, "", ...blocks.join("\n\n").split("\n")];
}

/** In the last conversation about presence, so that the page can show it by itself. */
let saidByBob: readonly string[] = [];

/** In the order of the page; the last ends the daemon. */
const SITUATIONS: Readonly<Record<string, (world: World) => Promise<readonly string[]>>> = {
  "first frames": async (world) => {
    const talk = world.open();
    await talk.say({ type: "authenticate", token: world.token({ ownerId: "1" }) });
    await talk.hears("welcome");
    await talk.say({ type: "subscribe", id: "a", topic: "owner:1" });
    await talk.hears("snapshot");
    await world.place("kite");
    await talk.hears("metrics_updated");
    await talk.hears("order_placed");
    talk.cut();
    return talk.lines;
  },
  "several topics": async (world) => {
    const talk = world.open();
    await talk.say({ type: "authenticate", token: world.token({ owners: ["1", "2"] }) });
    await talk.hears("welcome");
    for (const owner of ["1", "2", "3"]) {
      await talk.say({ type: "subscribe", id: `s${owner}`, topic: ownerTopic(owner) });
      await talk.hears(owner === "3" ? "nack" : "snapshot");
    }
    talk.cut();
    return talk.lines;
  },
  requests: async (world) => {
    const talk = await world.follow();
    await talk.say({ type: "snapshot", id: "b", topic: "owner:1" });
    await talk.hears("snapshot");
    await talk.say({ type: "ping", id: "c" });
    await talk.hears("ack");
    await talk.say({ type: "unsubscribe", id: "d", topic: "owner:1" });
    await talk.hears("ack");
    await talk.say({ type: "snapshot", id: "e", topic: "owner:1" });
    await talk.hears("nack");
    talk.cut();
    return afterWelcome(talk);
  },
  nonsense: async (world) => {
    const talk = await world.follow();
    for (const text of ["hello", '{"type":"dance"}', '{"type":"subscribe","id":"f"}', "7", "[]", "null"])
      await talk.say(text);
    await talk.ends();
    return afterWelcome(talk);
  },
  heartbeat: async (world) => {
    const talk = await world.follow();
    await talk.hears("heartbeat");
    talk.cut();
    return afterWelcome(talk).slice(2);
  },
  resume: async (world) => {
    const talk = await world.follow();
    await world.place("lamp");
    await talk.hears("metrics_updated");
    const { cursor } = await talk.hears("order_placed");
    talk.cut();
    await world.place("oar");
    await world.send("oar");
    const again = await world.follow({ resume: cursor });
    await again.hears("order_moved");
    again.cut();
    return [...afterWelcome(talk), "", ...afterWelcome(again)];
  },
  "resume that cannot be": async (world) => {
    const talk = await world.follow({ resume: MADE_UP });
    talk.cut();
    return afterWelcome(talk);
  },
  "rows of a channel": async (world) => {
    const talk = world.open();
    await talk.say({ type: "authenticate", token: world.token({ ownerId: "1" }) });
    await talk.hears("welcome");
    await talk.say({ type: "subscribe", id: "a", topic: "desk:1" });
    const { sets } = (await talk.hears("rows")) as unknown as DownOf<"rows">;
    await world.place("wax");
    await talk.hears("rows_changed");
    await world.send("wax");
    await talk.hears("rows_changed");
    await talk.say({
      type: "history",
      id: "b",
      topic: "desk:1",
      rows: "orders",
      before: sets["orders"]?.from ?? "",
      limit: 1,
    });
    await talk.hears("history");
    await talk.say({ type: "subscribe", id: "c", topic: "desk:9" });
    await talk.hears("nack");
    talk.cut();
    return afterWelcome(talk);
  },
  operations: async (world) => {
    const talk = world.open();
    await talk.say({ type: "authenticate", token: world.token({ sub: "ana", ownerId: "1" }) });
    await talk.hears("welcome");
    await talk.say({ type: "subscribe", id: "a", topic: "desk:1" });
    await talk.hears("rows");
    const write = async (id: string, seq: number, base: string, value: string, isTold = true): Promise<void> => {
      await talk.say(operate(id, { ...toStatus(seq, base, value) }));
      await talk.hears("operated");
      if (isTold) await talk.hears("rows_changed");
    };
    await write("b", 1, "sent", "open");
    await write("c", 2, "sent", "lost");
    await write("d", 1, "sent", "open");
    await write("e", 7, "open", "lost", false);
    talk.cut();
    return answersFirst(afterWelcome(talk));
  },
  "operations by HTTP": async (world) => {
    const Authorization = `Bearer ${world.token({ sub: "ana", ownerId: "1" })}`;
    const { client, operations } = operate("", toStatus(3, "open", "sent"));
    const body = JSON.stringify({ client, operations });
    const path = "/v1/sync";
    const answer = await fetch(`http://127.0.0.1:${world.port}${path}`, {
      method: "POST",
      headers: { Authorization },
      body,
    });
    const said = [`→ POST ${path}`, `Authorization: ${Authorization}`, "", body];
    return [...said, `← ${answer.status}`, "", (await answer.text()).trim()];
  },
  "who is there": async (world) => {
    const come = async (sub: string, topic = "counter:3"): Promise<Conversation> => {
      const talk = world.open();
      await talk.say({ type: "authenticate", token: world.token({ sub }) });
      await talk.hears("welcome");
      await talk.say({ type: "subscribe", id: "a", topic });
      await talk.hears("rows");
      await talk.hears("typing");
      return talk;
    };
    // Its daemon knows by then that it is alone.
    const first = await come("ana", "counter:2");
    while ((await first.hears("presence"))["partial"] === true);
    first.cut();
    const ana = await come("ana");
    const bob = await come("bob");
    await bob.say({ type: "present", id: "b", topic: "counter:3", state: { mood: "busy" }, away: true });
    await bob.hears("ack");
    for (let heard = 0; heard < 3; heard += 1) await ana.hears("presence");
    await bob.say({ type: "typing", topic: "counter:3", on: true });
    await ana.hears("typing");
    await bob.say({ type: "typing", topic: "counter:3", on: false });
    await ana.hears("typing");
    for (const talk of [ana, bob]) talk.cut();
    saidByBob = afterWelcome(bob).filter((line) => line.startsWith("→") || line.includes('"ack"'));
    return afterWelcome(ana);
  },
  "what the other said": async () => saidByBob,
  wait: async (world) => {
    const [row] = await world.database.query<{ here: string }>("select deltad.here()");
    const talk = await world.follow();
    await talk.say({ type: "wait", id: "b", topic: "owner:1", for: row?.here });
    await talk.hears("ack");
    await talk.say({ type: "wait", id: "c", topic: "owner:1", for: "another text" });
    await talk.hears("nack");
    talk.cut();
    return afterWelcome(talk);
  },
  "bulk statement": async (world) => {
    const talk = await world.follow();
    await world.database.query(
      "insert into orders (shop_id, item, amount) select 1, 'nail', 0.01 from generate_series(1, 50)",
    );
    await talk.hears("snapshot");
    await talk.hears("bulk_changed");
    talk.cut();
    return afterWelcome(talk).slice(2);
  },
  "stale and live": async (world) => {
    const talk = await world.follow();
    await world.database.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'deltad/reader'",
    );
    await talk.hears("stale");
    await talk.hears("live");
    talk.cut();
    return afterWelcome(talk).slice(2);
  },
  refresh: async (world) => {
    const talk = world.open();
    // Clocks may differ by 10 s: it has four seconds left.
    const soon = Math.floor(Date.now() / 1000) - 6;
    await talk.say({ type: "authenticate", token: world.token({ sub: "ana", ownerId: "1", exp: soon }) });
    await talk.hears("welcome");
    await talk.hears("token_expiring");
    await talk.say({ type: "refresh", token: world.token({ sub: "eve", ownerId: "1" }) });
    await talk.hears("error");
    await talk.say({ type: "refresh", token: world.token({ sub: "ana", ownerId: "1" }) });
    await talk.say({ type: "ping", id: "b" });
    await talk.hears("ack");
    talk.cut();
    return talk.lines;
  },
  expired: async (world) => {
    const talk = world.open();
    // Clocks may differ by 10 s: this one has a second left.
    await talk.say({
      type: "authenticate",
      token: world.token({ ownerId: "1", exp: Math.floor(Date.now() / 1000) - 8 }),
    });
    await talk.ends();
    return talk.lines;
  },
  "refused tokens": async (world) => {
    const talk = world.open();
    await talk.say({
      type: "authenticate",
      token: token({ ownerId: "1" }, Date.now(), "somebody else's secret, long enough"),
    });
    await talk.ends();
    return talk.lines;
  },
  "refused handshakes": async (world) => {
    const origin = world.open({ headers: { origin: "https://elsewhere.example" } });
    await origin.ends();
    const protocol = world.open({ protocols: ["deltad.v9"] });
    await protocol.ends();
    return [
      "Origin: https://elsewhere.example",
      ...origin.lines,
      "",
      "Sec-WebSocket-Protocol: deltad.v9",
      ...protocol.lines,
    ];
  },
  "silence before the token": async (world) => {
    const talk = world.open();
    await talk.ends();
    return talk.lines;
  },
  "server-sent events": async (world) => {
    const Authorization = `Bearer ${world.token({ ownerId: "1" })}`;
    const first = await sse(world, { Authorization }, 1);
    const id = /^id: (\S+)$/m.exec(first.join("\n"))?.[1] ?? "";
    await world.place("sail");
    return [...first, "", ...(await sse(world, { Authorization, "Last-Event-ID": id }, 2))];
  },
  REST: async (world) => {
    const Authorization = `Bearer ${world.token({ ownerId: "1" })}`;
    const first = await http(world, "/v1/topics/owner:1", { Authorization });
    const tag = /^etag: (.+)$/m.exec(first.join("\n"))?.[1] ?? "";
    const again = await http(world, "/v1/topics/owner:1", { Authorization, "If-None-Match": tag });
    return [...first, "", ...again, "", ...(await http(world, "/v1/topics/owner:2", { Authorization }))];
  },
  schema: async (world) => {
    const Authorization = `Bearer ${world.token({ ownerId: "1" })}`;
    return http(world, "/v1/schema", { Authorization });
  },
  bye: async (world) => {
    const talk = await world.follow();
    const stopped = world.stop();
    await talk.ends();
    await stopped;
    return afterWelcome(talk).slice(2);
  },
};

/** Of order 4, at desk 1. */
function toStatus(seq: number, base: string, value: string): object {
  const row = { seq, topic: "desk:1", rows: "orders", op: "set", key: "4", register: "status" };
  return { ...row, base: { status: base }, value: { status: value } };
}

function operate(id: string, operation: object) {
  return { type: "operate", id, client: "2f0e7f5c-8d43-4a0e-9a57-0c1d6f3b8e21", operations: [operation] };
}

/** Which of the two comes first, `operated` or the frame with the rows, is chance. */
function answersFirst(lines: readonly string[]): string[] {
  const sorted = [...lines];
  for (const [at, line] of lines.entries())
    if (line.includes('"type":"operated"') && lines[at - 1]?.includes('"rows_changed"'))
      sorted.splice(at - 1, 2, line, lines[at - 1] ?? "");
  return sorted;
}

/** What is the same in every conversation is told once. */
function afterWelcome({ lines }: Conversation): readonly string[] {
  return lines.slice(2);
}

async function makeWorld(database: TestDatabase): Promise<World> {
  await database.query(readFileSync(at("test/transcript/schema.sql"), "utf8"));
  await database.query("insert into shops (id) values (1), (2), (3)");
  await applyFile(database.url, CONFIG);
  const config = readConfig({
    DATABASE_URL: database.url,
    DELTAD_CONFIG: CONFIG,
    DELTAD_PORT: "0",
    DELTAD_JWT_SECRET: SECRET,
  });
  const daemon = await startDaemon({ config, log: QUIET, tuning: { gateway: { heartbeatMs: 500 } } });
  const signed = (claims: object): string => token(claims, Date.now());
  const open = (opening?: Opening): Conversation => new Conversation(daemon.port, opening);
  const witness = open();
  await witness.say({ type: "authenticate", token: signed({ ownerId: "1" }) });
  await witness.say({ type: "subscribe", id: "w", topic: "owner:1" });
  await witness.hears("snapshot");
  return {
    port: daemon.port,
    database,
    token: signed,
    open,
    follow: async (subscribe = {}) => {
      const talk = open();
      await talk.say({ type: "authenticate", token: signed({ ownerId: "1" }) });
      await talk.hears("welcome");
      await talk.say({ type: "subscribe", id: "a", topic: "owner:1", ...subscribe });
      await talk.hears("snapshot");
      return talk;
    },
    place: async (item) => {
      await database.query("insert into orders (shop_id, item, amount) values (1, $1, 10)", [item]);
      await witness.hears("order_placed");
    },
    send: async (item) => {
      await database.query("update orders set status = 'sent' where item = $1", [item]);
      await witness.hears("order_moved");
    },
    stop: () => daemon.stop(),
  };
}

await onEachServer("docs/protocol.md", (server) => {
  // Its subject is the wire, and one of its situations takes 5 s.
  if (server.major !== 18) return;
  it("Tells every situation as it is", async (t) => {
    const world = await makeWorld(await server.createDatabase());
    t.after(() => world.stop());
    let page = readFileSync(at(PAGE), "utf8");
    // Nobody waits for the one that takes 5 s.
    const silent = SITUATIONS["silence before the token"]?.(world);
    for (const [title, hold] of Object.entries(SITUATIONS)) {
      const lines = await (title === "silence before the token" ? silent : hold(world));
      const block = new RegExp(`(<!-- conversation: ${title} -->\n\`\`\`\n)[^]*?(\`\`\`)`);
      assert.match(page, block, `the page has a place for "${title}"`);
      page = page.replace(block, (_, start: string, end: string) => `${start}${withPlaceholders(lines ?? [])}\n${end}`);
    }
    const places = [...page.matchAll(/<!-- conversation: (.+?) -->/g)].map(([, title]) => title);
    assert.deepEqual(new Set(places), new Set(Object.keys(SITUATIONS)));
    assertWritten(PAGE, page);
  });
});
