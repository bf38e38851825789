import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, it } from "node:test";
import { fileURLToPath } from "node:url";
import { runProgram } from "../../daemon/cli/program.ts";
import { ConfigError } from "../../daemon/config/errors.ts";
import { compileKinds } from "../../daemon/plan/compile.ts";
import { demo } from "../../demo/cli/demo.ts";
import config from "../../demo/deltad.config.ts";
import { install } from "../support/install.ts";
import { DEMO } from "../support/oracle.ts";
import { eventually } from "../support/real-time.ts";
import { type RecordedShell, recordedShell } from "../support/recorded-shell.ts";
import { onEachServer, type TestDatabase } from "../support/servers.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

await onEachServer("deltad demo --database", (server) => {
  let folder = "";

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "deltad-demo-"));
    // As a dependency of a project: the demo keeps what it keeps in the project's folder.
    await mkdir(join(folder, "node_modules"));
    await symlink(ROOT, join(folder, "node_modules", "deltad"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** Runs the command until `stop`; `ended` rejects as the command does. */
  function run(url: string): {
    shell: RecordedShell;
    ended: Promise<unknown>;
    stop: () => void;
    running: () => Promise<unknown>;
  } {
    const stopping = new AbortController();
    let tellRunning = (): void => undefined;
    const running = new Promise<void>((resolve) => (tellRunning = resolve));
    const shell = recordedShell({
      root: join(folder, "node_modules", "deltad"),
      cwd: folder,
      environment: { DELTAD_LOG_LEVEL: "warn" },
      catchSignals: () => stopping.signal,
    });
    const print = shell.print;
    const listening = { ...shell, print: (line: string) => (print(line), line.startsWith("stop: ") && tellRunning()) };
    const ended = runProgram(listening, () => Promise.resolve(demo), ["demo", "--database", url]);
    return {
      shell,
      ended,
      stop: () => stopping.abort(),
      running: () => Promise.race([running, ended]),
    };
  }

  const foreign = [
    ["a table", "create table invoices (id int)"],
    ["a table of the marketplace's name", "create table owners (id int)"],
    ["a view in another schema", "create schema app; create view app.one as select 1 as one"],
    ["a partitioned table", "create table events (at date) partition by range (at)"],
  ] as const;
  for (const [what, sql] of foreign) {
    it(`refuses a database that holds ${what} it did not make, and leaves it as it was`, async () => {
      const database = await server.createDatabase();
      await database.query(sql);
      const relations = "select count(*) as n from pg_class where relnamespace::regnamespace::text !~ '^pg_'";
      const before = await database.query(relations);
      await assert.rejects(run(database.url).ended, (error) => {
        assert.ok(error instanceof ConfigError);
        assert.match(error.message, /^the database holds tables that the demo did not make \([^\n]+$/);
        return true;
      });
      assert.deepEqual(await database.query(relations), before);
    });
  }

  it("fills an empty database, runs on it until it is stopped, goes on with it later, and ends every session", async () => {
    const database = await server.createDatabase();
    const first = run(database.url);
    await first.running();
    const [loaded] = await database.query<{ n: string }>("select count(*) as n from bookings");
    assert.ok(Number(loaded?.n) > 20_000);

    const beside = recordedShell({ root: join(folder, "node_modules", "deltad"), cwd: folder });
    await assert.rejects(
      runProgram(beside, () => Promise.resolve(demo), ["demo", "--database", database.url]),
      /runs here already/,
    );
    await runProgram(beside, () => Promise.resolve(demo), ["demo", "write"]);
    assert.match(beside.printed.join(), /João/);

    first.stop();
    await first.ended;
    await endedSessions(database);

    const second = run(database.url);
    await second.running();
    assert.doesNotMatch(second.shell.printed.join("\n"), /loading sample data/);
    second.stop();
    await second.ended;
    assert.deepEqual(second.shell.complaints, []);
  });

  it("stopped while it loads, it goes on with the owners that are missing", async () => {
    const database = await server.createDatabase();
    const stopping = new AbortController();
    const shell = recordedShell({
      root: join(folder, "node_modules", "deltad"),
      cwd: folder,
      catchSignals: () => stopping.signal,
      print: (line) => void (/owner 3 of 12/.test(line) && stopping.abort()),
    });
    await runProgram(shell, () => Promise.resolve(demo), ["demo", "--database", database.url]);
    assert.deepEqual(await database.query("select count(*)::int as n from owners"), [{ n: 3 }]);

    const again = run(database.url);
    await again.running();
    assert.deepEqual(
      await database.query("select count(*)::int as n, count(distinct name)::int as names from owners"),
      [{ n: 12, names: 12 }],
    );
    again.stop();
    await again.ended;
  });

  it("the database of a demo that had no conversations gets them, and keeps what it has", async () => {
    const database = await server.createDatabase();
    const [tables = ""] = DEMO.schema.split("\n-- Whom a token means");
    const { channels: _, ...earlier } = config;
    await database.query(`${tables}; comment on table owners is 'made by: deltad demo';
      insert into owners (id, name) overriding system value values (7, 'Cascais Hangars'), (9, 'Mine')`);
    await install(database, compileKinds(earlier).tables);
    await database.query("select setval('owners_id_seq', 9)");

    const later = run(database.url);
    await later.running();
    later.stop();
    await later.ended;
    assert.deepEqual(later.shell.complaints, []);
    const found = await database.query<{ id: string; people: number; messages: number }>(
      `select o.id::text, count(distinct p.id)::int as people, (select count(*)::int from messages where author_id = min(p.id)) as messages
       from owners o left join people p on p.owner_id = o.id where o.id in (7, 9) or o.name like 'Van Nuys%' group by o.id order by o.id`,
    );
    assert.deepEqual(
      found.map(({ id, people, messages }) => [id, people, messages > 20]),
      [
        ["7", 1, true],
        ["9", 0, false],
        ["16", 1, true],
      ],
    );
  });
});

/** Every session of a client has ended, or does so now: a server's process may outlive its connection by a moment. */
async function endedSessions(database: TestDatabase): Promise<void> {
  const sessions = `select application_name from pg_stat_activity
     where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()`;
  const areGone = async (): Promise<boolean> => (await database.query(sessions)).length === 0;
  // Which one stays is told below.
  await eventually("them to end", areGone, { withinMs: 20_000 }).catch(() => undefined);
  assert.deepEqual(await database.query(sessions), []);
}
