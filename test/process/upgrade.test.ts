/** From one version of deltad to the next, as docs/upgrades.md says: two daemons, and writes all the time. */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { it, type TestContext } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { BookingWriter } from "../support/event-ledger/booking-writer.ts";
import { EventLedger, heard } from "../support/event-ledger/ledger.ts";
import { ResumingClient } from "../support/event-ledger/resuming-client.ts";
import { DeltadProgram, demoOn } from "../support/deltad-program.ts";
import { Fleet } from "../support/fleet.ts";
import { eventually, pause } from "../support/real-time.ts";
import { createHangars } from "../support/running-daemon.ts";
import { onEachServer, type TestDatabase } from "../support/servers.ts";

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

/** Has the next version applied, of which daemons are that the fleet starts from then on. */
async function apply({ url }: TestDatabase, fleet: Fleet, step?: string): Promise<DeltadProgram> {
  const next = await nextVersion(url, step);
  fleet.upgrade(next);
  const { code, output } = await next.run("migrate apply");
  assert.equal(code, 0, output);
  return next;
}

type Events = Parameters<typeof heard>[0];

const allTold = (owner: string, ledger: EventLedger, events: () => Events): Promise<void> =>
  eventually(`all events of owner ${owner}`, () => isDeepStrictEqual(heard(events()), ledger.owedTo(owner)), {
    withinMs: 60_000,
  });

await onEachServer("an upgrade", (server) => {
  /** Two daemons, a client of each owner, and somebody who writes until the end of it is asked for. */
  async function busySite(t: TestContext) {
    const database = await server.createDatabase();
    await createHangars(database, OWNERS.length);
    const fleet = await Fleet.start(database, 2);
    t.after(() => fleet.stop());
    const clients = OWNERS.map(
      (owner) => new ResumingClient({ url: fleet.url, owner, cutAfterMs: Number.POSITIVE_INFINITY }),
    );
    t.after(() => clients.forEach((client) => client.stop()));
    await Promise.all(clients.map(({ ready }) => ready));
    const written = new EventLedger();
    const enough = new AbortController();
    const writing = (async () => {
      const writer = new BookingWriter("w", await database.client(), OWNERS);
      for (; !enough.signal.aborted; await pause(10, "duration")) written.commit(await writer.write());
    })();
    const endWriting = (): Promise<void> => {
      enough.abort();
      return writing;
    };
    return { database, fleet, clients, written, endWriting };
  }

  it("of two daemons, one after the other after its migration, fails no write; those of before vouch for nothing until they are restarted, and clients hear what they can't be told", async (t) => {
    const { database, fleet, clients, endWriting } = await busySite(t);
    await apply(database, fleet, NEXT);
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
    await endWriting();
    // What commits from here on.
    const since = new EventLedger();
    const writer = new BookingWriter("after", await database.client(), OWNERS);
    for (let count = 0; count < 20; count += 1) since.commit(await writer.write());
    for (const { owner, events, contradictions, repeated } of clients) {
      await allTold(owner, since, () => [...events.values()].slice(-since.eventsOf(owner)));
      assert.deepEqual([contradictions, repeated], [0, 0]);
    }

    const old = await DeltadProgram.make(demoOn(database.url));
    t.after(() => old.remove());
    await old.refuses("migrate apply", /newer deltad/);
  });

  it("to a version that brings nothing to the database loses no event", async (t) => {
    const { database, fleet, clients, written, endWriting } = await busySite(t);
    const next = await apply(database, fleet);
    const [installed] = await database.query<{ version: string }>("select version from deltad.install");
    const { version } = JSON.parse(await readFile(join(next.folder, "package.json"), "utf8")) as { version: string };
    assert.equal(installed?.version, version);
    for (const at of [0, 1]) await fleet.restart(at, "SIGTERM");
    await endWriting();
    for (const { owner, events, resumes, contradictions, repeated } of clients) {
      await allTold(owner, written, () => [...events.values()]);
      assert.deepEqual([resumes.refused, contradictions, repeated], [0, 0, 0]);
    }
  });
});
