/** The configuration of test/fallible, whose conditions fail at some rows. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { loadDefinitionFile } from "../../daemon/define/definition-file.ts";
import { compile } from "../../daemon/plan/compile.ts";

const at = (name: string): string => fileURLToPath(new URL(`../../../test/fallible/${name}`, import.meta.url));

export const FALLIBLE = { configFile: at("deltad.config.ts"), schema: readFileSync(at("schema.sql"), "utf8") };
export const FALLIBLE_PLAN = compile(await loadDefinitionFile(FALLIBLE.configFile));
