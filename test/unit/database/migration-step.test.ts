import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ConfigError } from "../../../daemon/config/errors.ts";
import {
  type AppliedStep,
  checksum,
  isNewer,
  type MigrationStep,
  ownSteps,
  pendingSteps,
} from "../../../daemon/database/migration-step.ts";
import { migrationScript, scripted } from "../../../daemon/database/migration-script.ts";

const FIRST: MigrationStep = { name: "000001_a", kind: "once", text: "select 1;" };
const SQL: MigrationStep = { name: "sql", kind: "repeatable", text: "select 2;" };

function applied(step: MigrationStep, sum = checksum(step)): AppliedStep {
  return { name: step.name, checksum: sum, appliedAt: new Date(0) };
}

describe("migration steps", () => {
  it("are pending until they are applied, and repeatable ones again when their text differs", () => {
    assert.deepEqual(pendingSteps([FIRST, SQL], []), [FIRST, SQL]);
    assert.deepEqual(pendingSteps([FIRST, SQL], [applied(FIRST)]), [SQL]);
    assert.deepEqual(pendingSteps([FIRST, SQL], [applied(FIRST), applied(SQL)]), []);
    assert.deepEqual(pendingSteps([FIRST, SQL], [applied(FIRST), applied(SQL, "other")]), [SQL]);
  });

  it("L12 An old binary refuses a newer schema, and says which migration it does not know", () => {
    assert.throws(() => pendingSteps([FIRST, SQL], [applied({ ...FIRST, name: "000002_b" })]), {
      name: ConfigError.name,
      message: /migration 000002_b/,
    });
  });

  it("refuse a migration whose text was changed after it had been applied", () => {
    assert.throws(() => pendingSteps([FIRST], [applied(FIRST, "other")]), ConfigError);
  });

  it("of deltad itself are its migrations in order, then its functions", async () => {
    const names = (await ownSteps()).map((step) => step.name);
    assert.equal(names.shift(), "000001_deltad");
    assert.equal(names.pop(), "sql");
    assert.deepEqual(names, names.toSorted());
    for (const name of names) assert.match(name, /^\d{6}_/);
  });

  it("know which of two versions is the later one", () => {
    for (const [version, than] of [
      ["0.1.1", "0.1.0"],
      ["0.10.0", "0.9.9"],
      ["1.0.0", "0.99.99"],
      ["1.0.0.1", "1.0.0"],
    ] as const) {
      assert.ok(isNewer(version, than), version);
      assert.ok(!isNewer(than, version), than);
    }
    assert.ok(!isNewer("1.2.3", "1.2.3"));
  });

  it("become one transaction with its bookkeeping", () => {
    const script = migrationScript([FIRST, SQL].map(scripted));
    assert.match(script, /^begin;$[^]*^select 1;$[^]*'000001_a', '[0-9a-f]{64}'[^]*^select 2;$[^]*^commit;$/m);
  });
});
