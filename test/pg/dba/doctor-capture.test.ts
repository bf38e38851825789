/** Faults of what captures: each is brought about, found under its code, and mended by what the finding says. */
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { APPLY_MENDS, DoctorRig, type Fault, IN_ORDER, testFaults } from "../../support/doctor-rig.ts";
import { onEachMajor } from "../../support/servers.ts";

const FAULTS: Readonly<Record<string, Fault>> = {
  "a trigger that is dropped": {
    code: "trigger_missing",
    done: "drop trigger deltad_delete on payments",
    meaning: /deltad_delete on (public\.)?payments/,
    mends: APPLY_MENDS,
  },
  "triggers as pg_restore --disable-triggers leaves them": {
    code: "trigger_disabled",
    done: "alter table payments disable trigger all; alter table payments enable trigger all",
    mends: APPLY_MENDS,
  },
  "a capture function that is replaced": {
    code: "function_different",
    done: `do $$ declare capture record; begin
        for capture in select p.oid::regprocedure as name from pg_trigger t join pg_proc p on p.oid = t.tgfoid where t.tgname = 'deltad_insert' and t.tgrelid = 'payments'::regclass loop
          execute format('alter function %s owner to current_user', capture.name);
        end loop; end $$`,
    mends: APPLY_MENDS,
  },
  "a change table without a column": {
    code: "change_table_different",
    done: "alter table deltad.change_payments drop column amount",
    mends: APPLY_MENDS,
  },
  "a guard that was lifted": { code: "guard_missing", done: "drop view deltad.guard_payments", mends: APPLY_MENDS },
  "event triggers that are not there": {
    code: "event_triggers_missing",
    done: "drop event trigger deltad_ddl; drop event trigger deltad_drop; drop event trigger deltad_rewrite",
    mends: APPLY_MENDS,
  },
  "a table that was swapped for another": {
    code: "triggers_left",
    done: "alter table payments rename to old; create table payments (like old including all)",
    meaning: /^public\.old is not watched/,
    mends: /^drop trigger deltad_delete on public\.old; /,
  },
  "partitions that came since": {
    code: "triggers_slower",
    done: "create table orders_may partition of orders for values from ('2026-05-01') to ('2026-06-01')",
    meaning: /^\d partitions of public\.orders/,
    mends: APPLY_MENDS,
  },
  "rights that are gone": {
    code: "column_unreadable",
    done: `do $$ begin execute format('revoke select (amount) on payments from %s',
      (select a.grantee::regrole from pg_attribute, aclexplode(attacl) a where attrelid = 'payments'::regclass limit 1)); end $$`,
    meaning: /payments, column \w+/,
    mends: APPLY_MENDS,
  },
  "a newer deltad": {
    code: "database_newer",
    done: "insert into deltad.migration (name, checksum) values ('999999_from_the_future', 'x')",
    undone: "delete from deltad.migration where name = '999999_from_the_future'",
  },
};

await onEachMajor("doctor", (major) => {
  let rig: DoctorRig;

  before(async () => {
    rig = await DoctorRig.start(major);
  });
  after(() => rig.stop());

  it("finds nothing to mend where everything is in order", async () => {
    await rig.inOrder();
    assert.deepEqual(
      (await rig.examine()).map(({ code }) => code),
      IN_ORDER,
    );
  });

  testFaults(FAULTS, () => rig);

  it("finds a database without deltad's objects, which apply puts there: objects_pending", async () => {
    await rig.withTables();
    const found = await rig.finding("objects_pending");
    assert.equal(found.severity, "error");
    assert.match(found.statement ?? "", APPLY_MENDS);
    await rig.mend(found);
    assert.deepEqual(await rig.findings("objects_pending"), []);
  });

  it("tells errors before warnings, and warnings before notices", async () => {
    await rig.inOrder();
    await rig.database.query("drop trigger deltad_delete on payments; drop view deltad.guard_payments");
    const severities = (await rig.examine()).map(({ severity }) => severity);
    assert.deepEqual([...new Set(severities)], ["error", "warning", "notice"]);
  });
});
