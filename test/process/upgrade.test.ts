/** From one version of deltad to the next, as docs/upgrades.md says: two daemons, and writes all the time. */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { BookingWriter } from "../support/event-ledger/booking-writer.ts";
import { EventLedger, heard } from "../support/event-ledger/ledger.ts";
import { ResumingClient } from "../support/event-ledger/resuming-client.ts";
import { DeltadProgram, demoOn } from "../support/deltad-program.ts";
import { Fleet } from "../support/fleet.ts";
import { eventually, pause } from "../support/real-time.ts";
import { createHangars } from "../support/running-daemon.ts";
import { onEachServer } from "../support/servers.ts";

const OWNERS = ["1", "2"];

/** What the next version brings to the database: something that this one does not know. */
const NEXT = "create table deltad.of_the_next_version (id bigint primary key);\n";

/** @param step SQL that it brings to the database */
async function nextVersion(url: string, step?: string): Promise<DeltadProgram> {
  const program = await DeltadProgram.make(demoOn(url));
  const manifest = join(program.folder, "package.json");
  const { version, ...rest } = JSON.parse(await readFile(manifest, "utf8")) as { version: string };
  const [major = "0", minor = "0"] = version.split(".");
  await writeFile(manifest, JSON.stringify({ version: `${major}.${Number(minor) + 1}.0`, ...rest }));
  if (step !== undefined) await writeFile(join(program.folder, "migrations", "000999_next.sql"), step);
  return program;
}

await onEachServer("an upgrade", (server) => {
  it("of two daemons, one after the other after its migration, fails no write; those of before vouch for nothing until they are restarted, and clients hear what they can't be told", async (t) => {
    const database = await server.createDatabase();
    await createHangars(database, OWNERS.length);
    const fleet = await Fleet.start(database, 2);
    t.after(() => fleet.stop());
    const clients = OWNERS.map(
      (owner) => new ResumingClient({ url: fleet.url, owner, cutAfterMs: Number.POSITIVE_INFINITY }),
    );
    t.after(() => clients.forEach((client) => client.stop()));
    await Promise.all(clients.map(({ ready }) => ready));
    const enough = new AbortController();
    const writing = (async () => {
      const writer = new BookingWriter("w", await database.client(), OWNERS);
      for (; !enough.signal.aborted; await pause(10, "duration")) await writer.write();
    })();

    const next = await nextVersion(database.url, NEXT);
    fleet.upgrade(next);
    const applied = await next.run("migrate apply");
    assert.equal(applied.code, 0, applied.output);
    assert.equal((await database.query("select from deltad.migration where name like '%next'")).length, 1);
    const status = (at: number): Promise<number | undefined> =>
      fetch(`http://127.0.0.1:${fleet.ports[at]}/readyz`).then(
        (answer) => answer.status,
        () => undefined,
      );
    for (const at of [0, 1])
      await eventually("a daemon of before to vouch no more", async () => (await status(at)) === 503);
    for (const at of [0, 1]) {
      await fleet.restart(at, "SIGTERM");
      await eventually("it to be ready", async () => (await status(at)) === 200);
    }
    await eventually("clients to hear that what they missed can't be told", () =>
      clients.every(({ resumes }) => resumes.refused > 0),
    );
    enough.abort();
    await writing;
    // What commits from here on.
    const since = new EventLedger();
    const writer = new BookingWriter("after", await database.client(), OWNERS);
    for (let count = 0; count < 20; count += 1) since.commit(await writer.write());
    for (const { owner, events, contradictions, repeated } of clients) {
      const told = (): unknown => heard([...events.values()].slice(-since.eventsOf(owner)));
      await eventually(`all events of owner ${owner}`, () => isDeepStrictEqual(told(), since.owedTo(owner)), {
        withinMs: 60_000,
      });
      assert.deepEqual([contradictions, repeated], [0, 0]);
    }

    const old = await DeltadProgram.make(demoOn(database.url));
    t.after(() => old.remove());
    await old.refuses("migrate apply", /newer deltad/);
  });

  it("to a version that brings nothing to the database loses no event", async (t) => {
    const database = await server.createDatabase();
    await createHangars(database, OWNERS.length);
    const fleet = await Fleet.start(database, 2);
    t.after(() => fleet.stop());
    const clients = OWNERS.map(
      (owner) => new ResumingClient({ url: fleet.url, owner, cutAfterMs: Number.POSITIVE_INFINITY }),
    );
    t.after(() => clients.forEach((client) => client.stop()));
    await Promise.all(clients.map(({ ready }) => ready));
    const ledger = new EventLedger();
    const enough = new AbortController();
    const writing = (async () => {
      const writer = new BookingWriter("w", await database.client(), OWNERS);
      for (; !enough.signal.aborted; await pause(10, "duration")) ledger.commit(await writer.write());
    })();

    const next = await nextVersion(database.url);
    fleet.upgrade(next);
    const applied = await next.run("migrate apply");
    assert.equal(applied.code, 0, applied.output);
    const [installed] = await database.query<{ version: string }>("select version from deltad.install");
    const { version } = JSON.parse(await readFile(join(next.folder, "package.json"), "utf8")) as { version: string };
    assert.equal(installed?.version, version);
    for (const at of [0, 1]) await fleet.restart(at, "SIGTERM");
    enough.abort();
    await writing;
    for (const { owner, events, resumes, contradictions, repeated } of clients) {
      const told = (): unknown => heard([...events.values()]);
      await eventually(`all events of owner ${owner}`, () => isDeepStrictEqual(told(), ledger.owedTo(owner)), {
        withinMs: 60_000,
      });
      assert.deepEqual([resumes.refused, contradictions, repeated], [0, 0, 0]);
    }
  });
});
