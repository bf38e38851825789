/** Others' packages: installed when the comparison runs, into a folder of its own, since the product needs none of them. */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Packages } from "./contender.ts";

const run = promisify(execFile);
const WITHIN_MS = 120_000;

export function requireFrom(folder: string): NodeJS.Require {
  return createRequire(join(folder, "package.json"));
}

export class InstalledPackages implements Packages {
  readonly folder: string;
  readonly versions = new Map<string, string>();

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async make(): Promise<InstalledPackages> {
    const folder = await mkdtemp(join(tmpdir(), "deltad-compare-"));
    await writeFile(join(folder, "package.json"), '{"private":true}\n');
    return new InstalledPackages(folder);
  }

  /** Why they can't be had; undefined: they are there. */
  async install(wanted: readonly string[]): Promise<string | undefined> {
    if (wanted.length === 0) return undefined;
    try {
      const options = ["--no-audit", "--no-fund", "--loglevel=error"];
      await run("npm", ["install", ...options, ...wanted], { cwd: this.folder, timeout: WITHIN_MS });
      for (const spec of wanted) {
        const name = spec.replace(/(?<=.)@[^@/]*$/, "");
        const file = join(this.folder, "node_modules", name, "package.json");
        const { version } = JSON.parse(await readFile(file, "utf8")) as { version: string };
        this.versions.set(name, version);
      }
      return undefined;
    } catch (error) {
      return String((error as { stderr?: string }).stderr || error)
        .trim()
        .split("\n")[0];
    }
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}
