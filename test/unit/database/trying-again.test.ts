import assert from "node:assert/strict";
import { it } from "node:test";
import type { Log } from "../../../daemon/config/log.ts";
import { Backoff } from "../../../daemon/database/backoff.ts";
import { within } from "../../../daemon/database/deadline.ts";
import { reasonOf } from "../../../daemon/database/reason.ts";
import { refuseServer } from "../../../daemon/database/refusal.ts";
import { pause } from "../../support/real-time.ts";

function levels(): { log: Log; heard: string[] } {
  const heard: string[] = [];
  const at = (level: string) => (): void => void heard.push(level);
  return { log: { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") }, heard };
}

const coded = (code: string, message = "secret value 42"): Error => Object.assign(new Error(message), { code });

it("the backoff doubles from 100 ms to 10 s, grows louder with the delay, and starts again after a success", () => {
  const { log, heard } = levels();
  const backoff = new Backoff(log, "trying", () => 0);
  assert.deepEqual(
    Array.from({ length: 9 }, () => backoff.failed("no")),
    [100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000],
  );
  assert.deepEqual(heard, ["info", "info", "warn", "warn", "warn", "warn", "error", "error", "error"]);
  backoff.succeeded();
  assert.equal(backoff.failed("no"), 100);
  assert.equal(new Backoff(log, "trying", () => 1).failed("no"), 80);
});

it("a reason is one line, and never holds the values of data errors", () => {
  assert.equal(reasonOf(coded("22P02")), "PostgreSQL error 22P02");
  assert.equal(reasonOf(coded("23505")), "PostgreSQL error 23505");
  assert.equal(reasonOf(coded("57P01", "terminating\n connection")), "terminating connection");
  assert.equal(reasonOf(new AggregateError([], "")), "AggregateError");
  assert.equal(reasonOf(coded("ECONNREFUSED", "")), "ECONNREFUSED");
});

it("servers before 14 and standbys are refused, each with its own sentence", () => {
  refuseServer({ versionNumber: 140_000, inRecovery: false });
  assert.throws(() => refuseServer({ versionNumber: 130_014, inRecovery: false }), {
    name: "ConfigError",
    message: /PostgreSQL 13 is too old.*\[server_too_old\]/,
  });
  assert.throws(() => refuseServer({ versionNumber: 160_002, inRecovery: true }), {
    name: "ConfigError",
    message: /standby/,
  });
});

it("a deadline names who was late, and lets replies that were already there count after this process was held up", async () => {
  let late = 0;
  const never = within(5, "PostgreSQL", new Promise(() => undefined), () => (late += 1));
  await assert.rejects(never, /no answer from PostgreSQL within 5 ms/);
  assert.equal(late, 1);
  const heldUp = pause(1, "duration").then(() => new Promise<string>((resolve) => setImmediate(resolve, "reply")));
  const soon = within(2, "PostgreSQL", heldUp, () => (late += 1));
  const until = performance.now() + 20;
  while (performance.now() < until);
  assert.equal(await soon, "reply");
  assert.equal(late, 1);
});
