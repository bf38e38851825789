/** The shop of test/holes in a database, with deltad's objects and without a daemon. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { loadDefinitionFile } from "../../daemon/define/definition-file.ts";
import { captureChoices } from "../../daemon/plan/capture-choices.ts";
import { compile } from "../../daemon/plan/compile.ts";
import { applyFile } from "./install.ts";
import type { TestDatabase } from "./servers.ts";

const at = (path: string): string => fileURLToPath(new URL(`../../../test/holes/${path}`, import.meta.url));

export const SHOP_CONFIG = at("deltad.config.ts");
/** The shop's next configuration: a column and a source more, the table `refunds`. */
export const NEXT_SHOP_CONFIG = at("next/deltad.config.ts");
export const SHOP_SCHEMA = readFileSync(at("schema.sql"), "utf8");

const definition = await loadDefinitionFile(SHOP_CONFIG);
export const SHOP_PLAN = compile(definition);
export const SHOP_CHOICES = captureChoices(definition);

/** As the test's superuser: `deltad migrate apply`. Gives the names of the steps that were applied. */
export function applyShop(database: TestDatabase, configFile = SHOP_CONFIG): Promise<string[]> {
  return applyFile(database.url, configFile);
}
