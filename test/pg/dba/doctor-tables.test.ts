/** Faults of the watched tables themselves: each is brought about, found under its code, and mended by what the finding says. */
import { after, before } from "node:test";
import { DoctorRig, type Fault, testFaults } from "../../support/doctor-rig.ts";
import { onEachMajor } from "../../support/servers.ts";

const FAULTS: Readonly<Record<string, Fault>> = {
  "a table that was renamed": {
    code: "table_renamed",
    done: "alter table payments rename to paid",
    mends: /^alter table public\.paid rename to payments$/,
  },
  "a table in another schema": {
    code: "table_renamed",
    done: "create schema attic; alter table payments set schema attic",
    mends: /^alter table attic\.payments set schema public$/,
  },
  "a table that is gone": { code: "table_missing", done: "drop table payments cascade" },
  "a view in a table's place": {
    code: "table_unsuitable",
    done: "drop table payments cascade; create view payments as select 1 as id, 1 as shop_id, 1 as amount",
  },
  "another table that inherits": {
    code: "table_inherited",
    done: "create table part () inherits (payments)",
    undone: "drop table part",
  },
  "a column that was renamed": {
    code: "column_gone",
    done: "alter table payments rename amount to total",
    meaning: /captured column amount is renamed or dropped/,
    undone: "alter table payments rename total to amount",
  },
  "a column that was never there": {
    code: "column_missing",
    done: "alter table payments rename amount to total; alter table deltad.change_payments rename amount to total",
    meaning: /no column amount/,
    undone: "alter table payments rename total to amount; alter table deltad.change_payments rename total to amount",
  },
  "a column of floating-point numbers": {
    code: "column_unsuitable",
    done: "drop view deltad.guard_payments; alter table payments alter amount type double precision",
    undone: "alter table payments alter amount type numeric(12, 2)",
  },
  "a key that nothing keeps unique": {
    code: "key_not_unique",
    done: "alter table payments drop constraint payments_pkey",
    mends: /^create unique index concurrently on public\.payments \(id\)$/,
  },
};

await onEachMajor("doctor", (major) => {
  let rig: DoctorRig;

  before(async () => {
    rig = await DoctorRig.start(major);
  });
  after(() => rig.stop());

  testFaults(FAULTS, () => rig);
});
