import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createLog } from "../../../daemon/cli/logger.ts";

function logged(forPeople: boolean, write: (log: ReturnType<typeof createLog>) => void): string {
  let text = "";
  write(createLog({ level: "info", forPeople, write: (line) => (text += line) }));
  return text;
}

for (const forPeople of [true, false]) {
  describe(forPeople ? "a log line for people" : "a log line for machines", () => {
    it("stays one line without control characters, whatever is in it", () => {
      const nasty = "a\nb\r\u001b[2Jc\u0000\u007f\u009b31m\u2028d";
      const text = logged(forPeople, (log) => log.info({ guest: nasty }, nasty));
      assert.ok(text.endsWith("\n"));
      assert.doesNotMatch(text.slice(0, -1), /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
    });

    it("holds no password of a connection string and no token", () => {
      const token = "eyJhbGciOiJIUzI1NiJ9.eyJvd25lcnMiOlsiMSJdfQ.c2lnbmF0dXJl";
      const url = "postgresql://app:hunter2@db.example/market";
      const text = logged(forPeople, (log) =>
        log.warn({ url, error: new Error(`${url} ${token}`) }, `${url} ${token}`),
      );
      assert.doesNotMatch(text, /hunter2|eyJ/);
      assert.match(text, /postgresql:\/\/app:\*\*\*@db\.example/);
    });

    it("tells an error's message and code, and not the row that PostgreSQL quotes in its detail", () => {
      const error = Object.assign(new Error("duplicate key"), {
        code: "23505",
        detail: "Key (guest)=(João) already exists.",
      });
      const text = logged(forPeople, (log) => log.error({ error }, "could not write"));
      assert.match(text, /duplicate key/);
      assert.doesNotMatch(text, /João/);
    });

    it("leaves out what is below the level", () => {
      assert.equal(
        logged(forPeople, (log) => log.debug({}, "hidden")),
        "",
      );
    });
  });
}

it("a log line for machines is JSON, and one for people starts with the time", () => {
  const machine = JSON.parse(logged(false, (log) => log.info({ port: 1 }, "João"))) as Record<string, unknown>;
  assert.equal(machine["msg"], "João");
  assert.equal(machine["port"], 1);
  assert.match(
    logged(true, (log) => log.info({ port: 1 }, "listening")),
    /^\d\d:\d\d:\d\d info {2}listening \(port 1\)\n$/,
  );
});
