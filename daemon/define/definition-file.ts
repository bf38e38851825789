/** Loads deltad.config.ts, or .js, on every Node: jiti compiles TypeScript where Node does not. */
import { access } from "node:fs/promises";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import * as deltad from "deltad";
import * as drizzle from "drizzle-orm";
import * as drizzlePg from "drizzle-orm/pg-core";
import { createJiti } from "jiti";
import { ConfigError } from "../config/errors.ts";
import { insteadOf } from "./unsayable.ts";

/**
 * Where a file that was compiled is kept, by a digest of its text: without it each start spends half a second of processor time on the
 * compiler. Inside this package, so that only those who could change the package itself can put anything there; where it can't be
 * written nothing is kept.
 */
const CACHE = fileURLToPath(new URL("../../../node_modules/.cache/deltad", import.meta.url));

/**
 * @returns what the file exports by default; whether it is a configuration is for `compile` to say
 * @throws ConfigError in one line, with the place in the file where one is known
 */
export async function loadDefinitionFile(path: string): Promise<unknown> {
  const file = resolve(path);
  await access(file).catch(() => {
    throw new ConfigError(`${file} does not exist; write it, or name another with --config or DELTAD_CONFIG`);
  });
  const jiti = createJiti(file, { fsCache: CACHE, interopDefault: false, virtualModules: modulesFor(file) });
  const loaded = await jiti.import<Readonly<Record<string, unknown>>>(file).catch((error: unknown) => {
    throw new ConfigError(describe(error, file));
  });
  if (loaded["default"] === undefined)
    throw new ConfigError(`${file} has no default export; write: export default defineConfig({ … })`);
  return loaded["default"];
}

/** `deltad` is this very package, wherever the file lies; Drizzle is the file's own where it has one, and ours where it has none. */
function modulesFor(file: string): Record<string, unknown> {
  try {
    createRequire(file).resolve("drizzle-orm");
    return { deltad };
  } catch {
    return { deltad, "drizzle-orm": drizzle, "drizzle-orm/pg-core": drizzlePg };
  }
}

function describe(error: unknown, file: string): string {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  // jiti writes the place of a syntax error into the message, and "Require stack: …" below that of a missing module.
  const what = message.split("Require stack:")[0]?.replace(/\s+/g, " ").trim() ?? "";
  const place = what.includes(`${file}:`) ? file : (stack?.split(file)[1]?.match(/^:\d+/)?.[0] ?? "");
  // Of what the configuration imports, "(0 , _deltad.median) is not a function"; of a metric, "….median is not a function".
  const missing = /(?<from>[\w$]+|\(\.\.\.\))\.(?<name>\w+)\)? is not a function/.exec(what)?.groups;
  const instead = insteadOf(missing?.["name"] ?? "");
  if (missing !== undefined && (instead !== undefined || missing["from"] === "_deltad"))
    return `${file}${place}: deltad has no ${missing["name"]}()${instead === undefined ? "" : `: ${instead}`}`;
  return place === file ? what : `${file}${place}: ${what}`;
}
