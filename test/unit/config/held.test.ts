import assert from "node:assert/strict";
import { it } from "node:test";
import { Held } from "../../../daemon/config/held.ts";
import type { Log } from "../../../daemon/config/log.ts";

const ignore = (): void => undefined;

function heldWith(warnings: string[]): Held {
  const log: Log = { debug: ignore, info: ignore, error: ignore, warn: (_, message) => void warnings.push(message) };
  return new Held(log);
}

it("what was acquired is released in reverse, once, and a failure is told and keeps nothing else", async () => {
  const warnings: string[] = [];
  const held = heldWith(warnings);
  const released: string[] = [];
  for (const name of ["server", "session", "daemon"]) {
    held.add(name, async () => {
      released.push(name);
      if (name === "session") throw new Error("gone");
    });
  }
  await held.releaseAll();
  await held.releaseAll();
  assert.deepEqual(released, ["daemon", "session", "server"]);
  assert.deepEqual(warnings, ["could not stop session"]);
});

it("releasing waits for each release, and whoever calls meanwhile waits for the same", async () => {
  const held = heldWith([]);
  const released: string[] = [];
  let finish = ignore;
  held.add("server", () => released.push("server"));
  held.add("daemon", () => new Promise<void>((resolve) => (finish = resolve)));
  const calls = [held.releaseAll(), held.releaseAll()].map((call, at) => call.then(() => released.push(`call ${at}`)));
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(released, []);
  finish();
  await Promise.all(calls);
  assert.deepEqual(released, ["server", "call 0", "call 1"]);
});
