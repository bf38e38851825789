/** A copy of the tree in which mutants live, so that the tree itself is never touched. */
import { spawnSync } from "node:child_process";
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { Mutant } from "./mutant.ts";

const LEFT_OUT = new Set(["node_modules", ".git", ".deltad"]);

export class WorkingCopy {
  readonly #root: string;

  private constructor(root: string) {
    this.#root = root;
  }

  static async of(tree: string): Promise<WorkingCopy> {
    const root = await mkdtemp(join(tmpdir(), "deltad-mutants-"));
    await cp(tree, root, { recursive: true, filter: (source) => source === tree || !LEFT_OUT.has(basename(source)) });
    await symlink(join(tree, "node_modules"), join(root, "node_modules"), "dir");
    return new WorkingCopy(root);
  }

  /** Changes the file, compiles, and puts the file back when `use` has ended (the next compilation carries that over). Throws where the text is not there exactly once. */
  async withMutant<T>(mutant: Mutant, use: () => Promise<T>): Promise<T> {
    const path = join(this.#root, mutant.file);
    const original = await readFile(path, "utf8");
    const occurrences = original.split(mutant.find).length - 1;
    if (occurrences !== 1) throw new Error(`its text occurs ${occurrences} times in ${mutant.file}, not once`);
    try {
      await writeFile(
        path,
        original.replace(mutant.find, () => mutant.replace),
      );
      this.compile();
      if (mutant.test.startsWith("test/browser/")) this.#buildPages();
      return await use();
    } finally {
      await writeFile(path, original);
    }
  }

  /** Type errors do not matter: a mutant may leave a name unused. */
  compile(): void {
    const tsc = join(this.#root, "node_modules/typescript/bin/tsc");
    // As bin/build.js does, whose output is copied: only what changed is compiled.
    const incrementally = ["--incremental", "--tsBuildInfoFile", "dist/code.tsbuildinfo"];
    spawnSync(process.execPath, [tsc, "-p", "tsconfig.json", ...incrementally], { cwd: this.#root, stdio: "ignore" });
  }

  /** Those of which a source has changed, also back to what it was. Throws where one can't be built. */
  #buildPages(): void {
    for (const page of ["page", "operator-page", "demo-page"]) {
      const { status, stderr } = spawnSync(process.execPath, ["bin/build.js", page], { cwd: this.#root });
      if (status !== 0) throw new Error(`${page} was not built: ${stderr.toString()}`);
    }
  }

  /** Where a test file of the tree is compiled to. */
  compiled(testFile: string): string {
    return join(this.#root, "dist", testFile.replace(/\.ts$/, ".js"));
  }

  remove(): Promise<void> {
    return rm(this.#root, { recursive: true, force: true });
  }
}
