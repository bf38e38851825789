import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { loadDefinitionFile } from "../../../daemon/define/definition-file.ts";
import { ConfigError } from "../../../daemon/config/errors.ts";
import { compile } from "../../../daemon/plan/compile.ts";
import { DEMO, SECOND } from "../../support/oracle.ts";

describe("the definition file", () => {
  let folder = "";
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "deltad-config-"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const written = async (name: string, ...lines: string[]): Promise<string> => {
    await writeFile(join(folder, name), lines.join("\n"));
    return join(folder, name);
  };
  const refusal = async (file: string): Promise<string> => {
    const error: unknown = await loadDefinitionFile(file)
      .then(compile)
      .catch((caught: unknown) => caught);
    assert.ok(error instanceof ConfigError, `expected a ConfigError, got ${String(error)}`);
    assert.ok(!error.message.includes("\n"), error.message);
    return error.message;
  };
  const tables = [
    `import { count, defineConfig } from "deltad";`,
    `import { integer, pgTable, text } from "drizzle-orm/pg-core";`,
    `const shops = pgTable("shops", { id: integer("id").primaryKey(), zone: text("zone") });`,
    `const sales = pgTable("sales", { id: integer("id").primaryKey(), shop: integer("shop") });`,
  ];
  const config = `{ owner: { table: shops, key: shops.id, timeZone: shops.zone }, sources: { sales: { table: sales, key: sales.id, owner: sales.shop } }, metrics: { all: count(sales) } }`;

  it("in TypeScript gives what tsc gives", async () => {
    for (const marketplace of [DEMO, SECOND]) {
      assert.deepEqual(compile(await loadDefinitionFile(marketplace.configFile)), compile(marketplace.config));
    }
  });

  it("may lie outside of any project, in TypeScript or JavaScript, and split into files", async () => {
    await written(
      "tables.ts",
      ...tables.slice(1).map((line) => line.replace("const", "export const")),
      "type Unused = number;",
    );
    const split = await written(
      "split.ts",
      tables[0] ?? "",
      `import { sales, shops } from "./tables.ts";`,
      `export default defineConfig(${config});`,
    );
    const plain = await written("plain.js", ...tables, `export default defineConfig(${config});`);
    for (const file of [split, plain]) assert.deepEqual(compile(await loadDefinitionFile(file)).leaves.length, 1);
  });

  it("that asks for what deltad can't keep up to date is told what to do instead", async () => {
    const median = config.replace("count(sales)", "median(sales.id)");
    const named = (tables[0] ?? "").replace("count,", "count, median, most,");
    assert.match(
      await refusal(await written("median.ts", named, ...tables.slice(1), `export default defineConfig(${median});`)),
      /median\.ts:\d+: deltad has no median\(\): it depends on all rows at once: count them by ranges instead/,
    );
    const latest = config.replace("count(sales)", "count(sales).latest(sales.id)");
    assert.match(
      await refusal(await written("latest.ts", ...tables, `export default defineConfig(${latest});`)),
      /latest\.ts:\d+: deltad has no latest\(\): it is a metric by itself: min\(column\), max\(column\), latest\(/,
    );
    const most = config.replace("count(sales)", "most(sales.id)");
    assert.match(
      await refusal(await written("most.ts", named, ...tables.slice(1), `export default defineConfig(${most});`)),
      /most\.ts:\d+: deltad has no most\(\)$/,
    );
  });

  it("that is not there is named", async () => {
    assert.match(
      await refusal(join(folder, "none.ts")),
      /none\.ts does not exist; write it, or name another with --config or DELTAD_CONFIG$/,
    );
  });

  it("without a default export says what to write", async () => {
    assert.match(
      await refusal(await written("named.ts", "export const config = 1;")),
      /named\.ts has no default export; write: export default defineConfig/,
    );
  });

  it("with an unknown key names it and the nearest", async () => {
    const file = await written(
      "key.ts",
      ...tables,
      `export default defineConfig({ ...${config}, source: {} } as never);`,
    );
    assert.match(await refusal(file), /^source is no part of a configuration; did you mean sources\?$/);
  });

  it("with a syntax error names the line", async () => {
    assert.match(
      await refusal(await written("syntax.ts", "const a = 1;", "export default { a: ];")),
      /Unexpected token.*syntax\.ts:2:/,
    );
  });

  it("that throws, or imports what is not there, names its line or the missing", async () => {
    assert.match(
      await refusal(await written("throws.ts", "const a: any = undefined;", "export default a.b.c;")),
      /throws\.ts:2: Cannot read properties of undefined/,
    );
    assert.match(
      await refusal(await written("imports.ts", `import a from "./nowhere.ts";`, "export default a;")),
      /imports\.ts: Cannot find module '\.\/nowhere\.ts'$/,
    );
  });
});
