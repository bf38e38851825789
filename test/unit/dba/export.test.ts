import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { scripted } from "../../../daemon/database/migration-script.ts";
import { type ExportedFile, exportFiles, type ExportFormat, FORMATS } from "../../../daemon/dba/export.ts";
import { stepsFor } from "../../support/install.ts";
import { STAYS } from "../../support/stays.ts";

const AT = new Date("2026-11-29T22:05:07.089Z");
const STEPS = await stepsFor(STAYS);
const TRANSACTION_CONTROL = /^\s*(begin|start transaction|commit|rollback)\s*;/im;

const exported = (format: ExportFormat, isWhole = true): ExportedFile[] =>
  exportFiles(format, { steps: STEPS.map(scripted), isWhole, at: AT });

describe("exported migrations", () => {
  const names: Record<ExportFormat, string[]> = {
    psql: ["deltad.up.sql", "deltad.down.sql"],
    flyway: ["V20261129220507__deltad.sql", "U20261129220507__deltad.sql"],
    dbmate: ["20261129220507_deltad.sql"],
    sqitch: ["deploy", "revert", "verify"].map((folder) => `${folder}/deltad_20261129220507.sql`),
    "node-pg-migrate": ["20261129220507089_deltad.sql"],
    "graphile-migrate": ["current/100-deltad.sql", "deltad.down.sql"],
  };

  for (const format of Object.keys(FORMATS) as ExportFormat[]) {
    it(`for ${format} are called what it expects`, () => {
      const files = exported(format);
      assert.deepEqual(
        files.map(({ path }) => path),
        names[format],
      );
      assert.match(FORMATS[format].next(files), /^(psql|flyway|dbmate|sqitch|node-pg-migrate|graphile-migrate) /);
    });

    const wraps = !["psql", "sqitch"].includes(format);
    it(`for ${format} ${wraps ? "leave transactions to it" : "bring their own transaction"}`, () => {
      for (const { path, text } of exported(format)) {
        assert.equal(TRANSACTION_CONTROL.test(text), !wraps, path);
        if (!wraps) assert.match(text, /^begin;\n[\s\S]*\ncommit;\n$/);
      }
    });
  }

  it("have no placeholder that flyway would fill in, and no line that dbmate or node-pg-migrate would take for its own", () => {
    const [dbmate] = exported("dbmate");
    const [pgMigrate] = exported("node-pg-migrate");
    assert.deepEqual(dbmate?.text.match(/^-- migrate:.*$/gm), ["-- migrate:up", "-- migrate:down"]);
    assert.deepEqual(pgMigrate?.text.match(/^ *--[ -]*(up|down) +migration.*$/gim), [
      "-- Up Migration",
      "-- Down Migration",
    ]);
    for (const { text } of exported("flyway")) assert.doesNotMatch(text, /\$\{/);
  });

  it("of an upgrade go no way back: the objects of before are not known", () => {
    const [, down] = exported("psql", false);
    assert.match(down?.text ?? "", /no way back/);
    assert.doesNotMatch(down?.text ?? "", /drop /);
  });
});
