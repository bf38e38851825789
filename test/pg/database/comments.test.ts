import assert from "node:assert/strict";
import { before, it } from "node:test";
import { packageVersion } from "../../../daemon/database/sql-file.ts";
import { onEachServer, type TestDatabase } from "../../support/servers.ts";
import { applyShop, SHOP_SCHEMA } from "../../support/shop-database.ts";

const COMMENTS = `
  select obj_description(t.oid, 'pg_trigger') as comment
    from pg_trigger t join pg_proc p on p.oid = t.tgfoid
   where p.pronamespace = 'deltad'::regnamespace and t.tgparentid = 0
  union all
  select obj_description(e.oid, 'pg_event_trigger') from pg_event_trigger e
  union all
  select obj_description(c.oid, 'pg_class') from pg_class c where c.relnamespace = 'deltad'::regnamespace and c.relkind in ('r', 'v', 'S')
     and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'i' and c.relkind = 'S')
  union all
  select obj_description(p.oid, 'pg_proc') from pg_proc p where p.pronamespace = 'deltad'::regnamespace`;

await onEachServer("comments", (server) => {
  let database: TestDatabase;

  before(async () => {
    database = await server.createDatabase();
    await database.query(SHOP_SCHEMA);
    await applyShop(database);
  });

  /** Statements that this version would run on triggers. */
  const onTriggers = async (version: string): Promise<string[]> =>
    (
      await database.query<{ statement: string }>(
        "select u.statement from deltad.install i, deltad.unsettled($1, i.configuration) u where u.statement ~ '^comment on (event )?trigger'",
        [version],
      )
    ).map(({ statement }) => statement);

  it("begin with the version: those of every table, view, sequence, function, trigger and event trigger of deltad's", async () => {
    const begin = `deltad ${await packageVersion()}`;
    const comments = await database.query<{ comment: string | null }>(COMMENTS);
    assert.ok(comments.length > 80, String(comments.length));
    assert.deepEqual(
      comments.filter(({ comment }) => comment !== begin && !comment?.startsWith(`${begin}: `)),
      [],
    );
  });

  it("of triggers stay those of the version that made them, so that a newer one need not lock the tables", async () => {
    assert.deepEqual(await onTriggers("99.0.0"), []);
    await database.query("begin");
    await database.query("alter table payments disable trigger deltad_insert, enable always trigger deltad_insert");
    assert.deepEqual(await onTriggers("99.0.0"), [
      "comment on trigger deltad_insert on public.payments is 'deltad 99.0.0: captures public.payments'",
    ]);
    await database.query("rollback");
  });

  it("that are gone are made again by apply, and nothing else", async () => {
    await database.query(
      "comment on trigger deltad_delete on orders is null; comment on event trigger deltad_drop is null",
    );
    assert.equal((await onTriggers(await packageVersion())).length, 2);
    assert.deepEqual(await applyShop(database), ["rights"]);
    assert.deepEqual(await onTriggers(await packageVersion()), []);
    assert.deepEqual(await applyShop(database), []);
  });
});
