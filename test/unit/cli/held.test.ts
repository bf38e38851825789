import assert from "node:assert/strict";
import { it } from "node:test";
import { Held } from "../../../daemon/cli/held.ts";

it("what was acquired is released in reverse, once, and a failure is told and keeps nothing else", async () => {
  const warnings: string[] = [];
  const ignore = (): void => undefined;
  const held = new Held({
    debug: ignore,
    info: ignore,
    error: ignore,
    warn: (_, message) => void warnings.push(message),
  });
  const released: string[] = [];
  for (const what of ["server", "session", "daemon"]) {
    held.add(what, async () => {
      released.push(what);
      if (what === "session") throw new Error("gone");
    });
  }
  await held.releaseAll();
  await held.releaseAll();
  assert.deepEqual(released, ["daemon", "session", "server"]);
  assert.deepEqual(warnings, ["could not stop session"]);
});
