/** What docs/protocol.md says in tables and numbers, held to the code that does it. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  backoffMs,
  type ConnectionEvent,
  type ConnectionState,
  INITIAL_CONNECTION,
  nextConnection,
} from "../../client/connection-machine.ts";
import { makeCause } from "../../client/make-cause.ts";
import { ProtocolSocket } from "../../client/protocol-socket.ts";
import { Subscriptions } from "../../client/subscriptions.ts";
import { CLOSE, ERROR_CODES, NACK_CODES, type NackCode, type Reaction, reactionTo } from "../../protocol/codes.ts";
import { FakeSocket } from "../../testing/fake-socket.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { textOf } from "./source-tree.ts";

const PAGE = textOf("docs/protocol.md");

/** The rows below a head, each with its cells. */
function table(head: string): string[][] {
  const from = PAGE.indexOf(`| ${head} | meaning | then |\n`);
  assert.ok(from >= 0, head);
  const [block = ""] = PAGE.slice(from).split("\n\n");
  return block
    .split("\n")
    .slice(2)
    .map((row) => row.split("|").map((cell) => cell.trim()))
    .map(([, ...cells]) => cells);
}

const codesIn = (cell = "") => [...cell.matchAll(/`(\w+)`/g)].map(([, code = ""]) => code);

const THEN: Readonly<Record<Reaction, string>> = {
  reconnect: "reconnect, within",
  fresh_token: "reconnect with a new one",
  ask_token: "ask for a new one",
  back_off_long: "back off, long",
  back_off: "back off",
  stop: "stop",
};

describe("The tables of docs/protocol.md", () => {
  it("have every code of a close, and what a client does", () => {
    const told = table("code").flatMap(([codes = "", , then]) => codes.split(", ").map((code) => [Number(code), then]));
    assert.deepEqual(
      told.map(([code]) => Number(code)).toSorted((a, b) => a - b),
      Object.values(CLOSE)
        .map(({ code }): number => code)
        .toSorted((a, b) => a - b),
    );
    for (const [code, then = ""] of told) {
      const reaction = Object.entries(THEN).find(([, begins]) => String(then).startsWith(begins))?.[0];
      assert.equal(reaction, reactionTo(Number(code)), `${code}: ${then}`);
    }
  });

  it("have every code of an error", () => {
    const told = table("`error`").flatMap(([codes]) => codesIn(codes));
    assert.deepEqual(told.toSorted(), ERROR_CODES.toSorted());
  });

  it("have every code of a nack, and go on where the client does", async () => {
    const rows = table("`nack`");
    assert.deepEqual(
      rows.flatMap(([codes]) => codesIn(codes)),
      [...NACK_CODES],
    );
    for (const [codes, , then = ""] of rows) {
      const [code] = codesIn(codes) as [NackCode];
      const isForGood = /^(stop following|`unsubscribe`)/.test(then);
      assert.equal(await endAfter(code), isForGood ? "stopped" : "lost", `${code}: ${then}`);
    }
  });
});

/** What a client does to a socket whose only topic is refused. */
async function endAfter(code: NackCode): Promise<string | undefined> {
  let ended: string | undefined;
  const subscriptions = new Subscriptions({ ...new ManualClock().parts, report: () => undefined });
  subscriptions.opened({ send: () => undefined, end: (type) => (ended = type) });
  subscriptions.topic("owner:7").subscribe(() => undefined);
  await new Promise(setImmediate);
  subscriptions.frameReceived({ type: "nack", timestamp: 0, id: "1", code, message: "" });
  return ended;
}

describe("The numbers of docs/protocol.md", () => {
  const NUMBERS: Readonly<Record<string, number>> = { ten: 10 };
  const number = (pattern: RegExp): number => {
    const [, word = ""] = pattern.exec(PAGE.replaceAll("\n", " ")) ?? assert.fail(String(pattern));
    return NUMBERS[word] ?? Number(word);
  };
  const event = (type: "lost" | "refused" | "expired", now: number, least = 0): ConnectionEvent => {
    const delay = { window: undefined, least, draw: 0.5 };
    return { type, now, heardAt: now, cause: makeCause("code", "", 1006), delay };
  };
  const connecting = nextConnection(INITIAL_CONNECTION, { type: "connect" });
  const follow = (from: ConnectionState, ...events: ConnectionEvent[]) => events.reduce(nextConnection, from);
  const stableMs = number(/The backoff starts over after a connection that stood for (\w+) seconds/) * 1_000;

  it("say when the backoff starts over, and that a welcome alone is not enough", () => {
    const failures = (openMs: number): unknown => {
      const lost = follow(connecting, event("lost", 0), { type: "due" }, { type: "opened", now: 0 });
      return (follow(lost, event("lost", openMs)) as { failures?: number }).failures;
    };
    assert.deepEqual([failures(0), failures(stableMs - 1), failures(stableMs)], [2, 2, 1]);
  });

  it("say what once in a row means for 4401, and that 4010 waits instead of stopping", () => {
    assert.equal(number(/connection ends with 4401 too before it stood for (\w+) seconds, stop/) * 1_000, stableMs);
    const after = (...events: ConnectionEvent[]) => follow(connecting, ...events).state;
    const opened = { type: "opened", now: 0 } as const;
    const first = [event("refused", 0), opened];
    assert.equal(after(...first), "open");
    assert.equal(after(...first, event("refused", stableMs - 1)), "closed");
    assert.equal(after(...first, event("refused", stableMs)), "connecting");
    assert.equal(after(...first, event("lost", 1), { type: "due" }, opened, event("refused", 2)), "connecting");
    assert.equal(after(event("expired", 0), opened, event("expired", 1)), "retrying");
  });

  it("say how long a client waits for the welcome, and how long at most to come back", () => {
    const clock = new ManualClock();
    const ends: string[] = [];
    const { now, setTimeout, clearTimeout } = clock;
    const socket = new ProtocolSocket({
      url: "ws://daemon.test",
      WebSocket: FakeSocket,
      environment: { now, setTimeout, clearTimeout, random: () => 0, onWake: () => () => undefined },
      tokenReason: "connect",
      tokens: { take: () => new Promise(() => undefined), accepted: () => undefined },
      report: () => assert.fail(),
      welcomed: () => assert.fail(),
      ended: ({ type, cause }) => ends.push(`${type} ${cause.kind}`),
      listener: { frameReceived: () => assert.fail(), eventReceived: () => assert.fail() },
    });
    void socket.start();
    const waitMs = number(/For the `welcome` wait (\d+) s/) * 1_000;
    clock.advance(waitMs - 1);
    assert.deepEqual(ends, []);
    clock.advance(1);
    assert.deepEqual(ends, ["lost silence"]);
    const longestMs = number(/To back off is to wait 1, 2, 4 … (\d+) s/) * 1_000;
    assert.equal(number(/Long means (\d+) s/) * 1_000, longestMs);
    assert.deepEqual([backoffMs(7, 0.5), backoffMs(100, 0.5)], [longestMs / 2, longestMs / 2]);
  });
});
