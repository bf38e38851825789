import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { BETWEEN_SIGNS_MS, BusPeers, SIGN_MS, SILENT_MS } from "../../../daemon/bus/peers.ts";
import { Sealing } from "../../../daemon/bus/envelope.ts";
import type { Bus, BusHealth } from "../../../daemon/bus/bus.ts";
import { noteHeard } from "../../support/heard-peers.ts";
import { LossyBus } from "../../support/lossy-bus.ts";
import { ManualClock } from "../../support/manual-clock.ts";

const SECRET = "5e".repeat(32);
const NONE: readonly number[] = [];
/** Above the time in which signs that don't come back are noticed. */
const LONG_MS = 60_000;
/** In which two that begin know each other: each says that it is there, and that it hears the other. */
const KNOWN_MS = 2 * BETWEEN_SIGNS_MS + 1;

describe("daemons of one database", () => {
  let clock: ManualClock;
  let exchange: LossyBus;
  beforeEach(() => {
    clock = new ManualClock();
    exchange = new LossyBus();
  });

  interface Daemon {
    readonly peers: BusPeers;
    readonly heard: string[];
    readonly lines: string[];
    readonly bus: Bus & { tell(health: BusHealth): void };
  }

  /** Notes what it hears of the kind `word`. */
  const begin = (node: string, secret: string | null = SECRET): Daemon => {
    const lines: string[] = [];
    const bus = exchange.open(clock);
    const line = (level: string) => (fields: object, message: string) =>
      void lines.push(`${level}: ${message} ${JSON.stringify(fields)}`);
    const log = { debug: line("debug"), info: line("info"), warn: line("warn"), error: line("error") };
    const { setTimeout, clearTimeout, now: monotonicMs } = clock;
    const peers = new BusPeers({ bus, node, log, monotonicMs, setTimeout, clearTimeout });
    const heard = noteHeard(peers);
    peers.start();
    if (secret !== null) peers.begin(secret);
    return { peers, heard, lines, bus };
  };
  /** What it has heard since this was last asked. */
  const news = ({ heard }: Daemon): string[] => heard.splice(0);
  const acquainted = (...nodes: string[]): Daemon[] => {
    const all = nodes.map((node) => begin(node));
    clock.advance(KNOWN_MS);
    for (const daemon of all) news(daemon);
    return all;
  };

  it("know each other at once, and hear what is said in order", () => {
    const [a, b] = [begin("a"), begin("b")];
    assert.equal(a.peers.isPartial, true);
    clock.advance(KNOWN_MS);
    assert.deepEqual(news(a).toSorted(), ["b missed", "whole"]);
    assert.deepEqual(news(b).toSorted(), ["a missed", "whole"]);
    assert.deepEqual([a.peers.present, b.peers.present], [["b"], ["a"]]);
    a.peers.say("word", 1);
    a.peers.say("another", 2);
    a.peers.say("word", 3);
    clock.advance(1);
    assert.deepEqual([news(a), news(b)], [[], ["a: 1", "a: 3"]]);
  });

  it("take what comes twice once, and what was overtaken not at all but as missed", () => {
    const [a, b] = acquainted("a", "b") as [Daemon, Daemon];
    exchange.fate = () => [0, 0, 5];
    a.peers.say("word", 1);
    clock.advance(10);
    assert.deepEqual(news(b), ["a: 1"]);
    const delays = [20, 10];
    exchange.fate = () => [delays[Math.floor(sent++ / 2)] ?? 0];
    let sent = 0;
    a.peers.say("word", 2);
    a.peers.say("word", 3);
    clock.advance(30);
    assert.deepEqual(news(b), ["a missed", "a: 3"]);
  });

  it("notice by the next sign of life that the last thing said was lost, and by a lost sign nothing", () => {
    const [a, b] = acquainted("a", "b") as [Daemon, Daemon];
    exchange.fate = () => NONE;
    a.peers.say("word", 1);
    exchange.fate = () => [0];
    clock.advance(SIGN_MS);
    assert.deepEqual(news(b), ["a missed"]);
    exchange.fate = () => NONE;
    clock.advance(SIGN_MS);
    exchange.fate = () => [0];
    a.peers.say("word", 2);
    clock.advance(SIGN_MS);
    assert.deepEqual(news(b), ["a: 2"]);
  });

  it("count one that is silent for 15 s as gone, once, and hear of it when it is back", () => {
    const [a, b] = acquainted("a", "b") as [Daemon, Daemon];
    let isMute = true;
    const publish = a.bus.publish.bind(a.bus);
    a.bus.publish = (message) => {
      if (!isMute) publish(message);
    };
    clock.advance(SILENT_MS - SIGN_MS);
    assert.deepEqual(news(b), []);
    clock.advance(2 * SIGN_MS);
    assert.deepEqual(news(b), ["a silent"]);
    assert.deepEqual(b.peers.present, []);
    clock.advance(LONG_MS);
    assert.deepEqual(news(b), []);
    isMute = false;
    clock.advance(SIGN_MS);
    assert.deepEqual(news(b), ["a missed"]);
    assert.equal(b.peers.isPartial, false);
  });

  it("count nobody as gone while the bus stands still or is away, say partial, and log why once", () => {
    const [a, b] = acquainted("a", "b") as [Daemon, Daemon];
    exchange.fate = () => NONE;
    clock.advance(LONG_MS);
    assert.deepEqual([news(a), news(b)], [["partial"], ["partial"]]);
    assert.equal(a.peers.isPartial, true);
    exchange.fate = () => [0];
    clock.advance(SIGN_MS);
    assert.deepEqual([news(a), news(b)], [["whole"], ["whole"]]);
    a.bus.tell({ isUp: false, reason: "no connection" });
    a.bus.tell({ isUp: false, reason: "still none" });
    assert.deepEqual(news(a), ["partial"]);
    const told = a.lines.map((line) => line.replace(/:.*\{/, ": {"));
    assert.deepEqual(told, [
      'warn: {"reason":"the signs of life that it sends do not come back"}',
      "info: {}",
      'warn: {"reason":"no connection"}',
    ]);
    a.bus.tell({ isUp: true });
    clock.advance(1);
    assert.deepEqual([news(a), news(b)], [["whole"], []]);
    a.bus.tell({ isUp: false, reason: "ECONNREFUSED" });
    exchange.fate = () => NONE;
    clock.advance(LONG_MS);
    // That signs do not come back either follows from it, and says less.
    assert.deepEqual(a.peers.health, { isUp: false, reason: "ECONNREFUSED" });
  });

  it("count nobody as gone who could not be heard because what was sent lay somewhere for a minute", () => {
    const [a, b] = acquainted("a", "b") as [Daemon, Daemon];
    let held = 0;
    // What is sent in this minute comes at its end; of each daemon's own first.
    const untilMs = clock.now() + LONG_MS;
    exchange.fate = () => [Math.max(0, untilMs - clock.now()) + (held++ % 2)];
    clock.advance(LONG_MS + SIGN_MS);
    for (const daemon of [a, b]) {
      const [partial, ...rest] = news(daemon);
      assert.equal(partial, "partial");
      assert.ok(rest.includes("whole") && !rest.some((line) => line.endsWith("silent")), rest.join());
    }
  });

  it("that say goodbye are gone at once, say nothing more, and are never taken for present again", async () => {
    const [a, b] = acquainted("a", "b") as [Daemon, Daemon];
    a.peers.say("word", 1);
    a.peers.leave();
    a.peers.say("word", 2);
    clock.advance(1);
    assert.deepEqual(news(b), ["a: 1", "a moving"]);
    const recorded = exchange.published.slice();
    for (const message of recorded) exchange.spread(message);
    clock.advance(LONG_MS);
    await a.peers.stop();
    assert.deepEqual(news(b), []);
  });

  it("drop what was forged or altered, and say so in one line a minute; what is another database's is none of it", () => {
    const [a, b] = acquainted("a", "b") as [Daemon, Daemon];
    a.peers.say("word", 1);
    const last = exchange.published.at(-1) ?? new Uint8Array();
    const altered = Buffer.from(last);
    altered.writeUInt8(altered.readUInt8(altered.length - 1) ^ 1, altered.length - 1);
    for (let times = 0; times < 5; times += 1) exchange.spread(altered);
    exchange.spread(Buffer.from("nothing of ours"));
    const foreign = begin("c", "77".repeat(32));
    foreign.peers.say("word", 2);
    clock.advance(SIGN_MS);
    assert.deepEqual(news(b), ["a: 1"]);
    const told = b.lines.filter((line) => line.startsWith("warn"));
    assert.equal(told.length, 1, told.join());
    assert.match(told[0] ?? "", /that no daemon of this database has made .*"times":1/);
    clock.advance(LONG_MS);
    assert.match(b.lines.at(-1) ?? "", /"times":4/);
  });

  it("are not taken for present by what somebody repeats to a daemon that began later", () => {
    const [a, b] = acquainted("a", "b") as [Daemon, Daemon];
    a.peers.say("word", 1);
    clock.advance(SIGN_MS);
    const recorded = [...exchange.published];
    void b.peers.stop();
    void a.peers.stop();
    clock.advance(SIGN_MS);
    const late = begin("late");
    clock.advance(1);
    for (const message of recorded) exchange.spread(message);
    clock.advance(SIGN_MS);
    assert.deepEqual(news(late), ["whole"]);
    assert.deepEqual(late.peers.present, []);
  });

  it("forget by time whom somebody repeats who is gone, and count them no more among those that they hear", () => {
    const [a] = acquainted("a") as [Daemon];
    const recorded = [...exchange.published];
    void a.peers.stop();
    const late = begin("late");
    for (const message of recorded) exchange.spread(message);
    const hears = (): readonly string[] => {
      const said = exchange.published.map((message) => new Sealing(SECRET).read(message));
      const last = said.findLast((each) => typeof each === "object" && each.type === "alive");
      return typeof last === "object" && last.type === "alive" ? last.hears : ["nothing was said"];
    };
    clock.advance(SIGN_MS);
    assert.deepEqual(hears(), ["a"]);
    clock.advance(SILENT_MS);
    // What was taken once is no further sign of it.
    for (const message of recorded) exchange.spread(message);
    clock.advance(SIGN_MS);
    assert.deepEqual([hears(), late.peers.present], [[], []]);
  });

  it("that begin in the same instant answer each other with a sign in 50 ms each, however many they are, and hear each other", () => {
    const nodes = Array.from({ length: 8 }, (_, at) => `n${at}`);
    const all = nodes.map((node) => begin(node));
    const perWindow: number[] = [];
    for (let windows = 0; windows < 6; windows += 1) {
      exchange.published.length = 0;
      clock.advance(BETWEEN_SIGNS_MS);
      perWindow.push(exchange.published.length);
    }
    assert.ok(Math.max(...perWindow) <= nodes.length, perWindow.join());
    for (const { peers } of all)
      assert.deepEqual(peers.present.toSorted(), nodes.filter((node) => node !== peers.node).toSorted());
  });

  it("neither speak nor hear before they know the secret, and after a new one only who knows it too", () => {
    const early = begin("early", null);
    const a = begin("a");
    clock.advance(LONG_MS);
    assert.deepEqual([news(early), early.lines], [[], []]);
    assert.equal(early.peers.isPartial, true);
    early.peers.begin(SECRET);
    clock.advance(KNOWN_MS);
    assert.deepEqual(early.peers.present, ["a"]);
    news(a);
    early.peers.begin("99".repeat(32));
    early.peers.say("word", 1);
    clock.advance(SIGN_MS);
    assert.deepEqual(news(a), []);
    a.peers.begin("99".repeat(32));
    clock.advance(SIGN_MS);
    assert.deepEqual(news(a), ["early missed"]);
  });

  it("whose bus is away before they have read anything say so once they have, and only then", () => {
    const early = begin("early", null);
    early.bus.tell({ isUp: false, reason: "no connection" });
    clock.advance(LONG_MS);
    assert.deepEqual(early.lines, []);
    early.peers.begin(SECRET);
    early.peers.begin(SECRET);
    assert.equal(early.lines.length, 1);
    assert.match(early.lines[0] ?? "", /^warn: other daemons can't be heard.*no connection/);
  });

  it("can be heard although two signs in a row are lost, and can't when three are", () => {
    const [a] = acquainted("a", "b") as [Daemon, Daemon];
    for (const [lost, told] of [
      [2, []],
      [3, ["partial", "whole"]],
    ] as const) {
      clock.advance(SIGN_MS);
      exchange.fate = () => NONE;
      clock.advance(lost * SIGN_MS);
      exchange.fate = () => [10];
      clock.advance(2 * SIGN_MS);
      assert.deepEqual(news(a), told, `${lost} lost`);
    }
  });

  it("have a bus connect anew that says that it is up and carries nothing back, each 6 s, and no other", () => {
    const [a] = acquainted("a") as [Daemon];
    exchange.fate = () => NONE;
    clock.advance(4 * SIGN_MS);
    assert.deepEqual([a.peers.isPartial, exchange.renewals], [true, 0]);
    clock.advance(4 * SIGN_MS);
    assert.equal(exchange.renewals, 2);
    a.bus.tell({ isUp: false, reason: "the queue is half full" });
    clock.advance(LONG_MS);
    assert.equal(exchange.renewals, 2);
  });

  it("say nothing more to their clients once they have said goodbye, though they hear nothing", () => {
    const [a] = acquainted("a", "b") as [Daemon, Daemon];
    a.peers.leave();
    clock.advance(1);
    exchange.fate = () => NONE;
    clock.advance(LONG_MS);
    assert.deepEqual(news(a), []);
    assert.equal(a.peers.isPartial, false);
  });

  it("leave no timer behind when they stop, however often they are told to", async () => {
    const [a, b] = acquainted("a", "b") as [Daemon, Daemon];
    await Promise.all([a.peers.stop(), a.peers.stop(), b.peers.stop()]);
    clock.advance(1);
    assert.equal(clock.pending, 0);
  });
});
