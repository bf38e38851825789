/**
 * Which file of the repository uses which: by an import that is there at run time, or by its name in a string (`"demo/schema.sql"`, a
 * folder such as `"../../sql/"`, a compiled file such as `"dist/daemon/main.js"`). Types are the compiler's to check.
 */
import { extname } from "node:path";
import { importsOf, repositoryFiles, textOf } from "../house/source-tree.ts";

/** What `dist/` holds under another name than its source. */
const BUILT: Readonly<Record<string, string>> = { page: "dashboard", "demo-page": "demo/page" };

export interface Reached {
  /** How many uses lie between it and what has changed; 0: it has changed itself. */
  readonly steps: number;
  /** The file that it uses and by which it is reached; itself at 0 steps. */
  readonly through: string;
}

/** What a file uses, by paths from the root. */
export interface Uses {
  readonly imported: readonly string[];
  readonly named: readonly string[];
}

export class FileGraph {
  readonly #uses: ReadonlyMap<string, Uses>;
  /** By each file, those that use it. */
  readonly #users = new Map<string, string[]>();

  constructor(uses: ReadonlyMap<string, Uses>) {
    this.#uses = uses;
    for (const [file, { imported, named }] of uses) {
      for (const used of new Set([...imported, ...named])) {
        this.#users.set(used, [...(this.#users.get(used) ?? []), file]);
      }
    }
  }

  static ofRepository(): FileGraph {
    const files = repositoryFiles();
    return new FileGraph(new Map(files.filter(isCode).map((file) => [file, usesOf(file, files)])));
  }

  /** All that can behave otherwise now that these have changed, nearest first. */
  reachedFrom(changed: readonly string[]): Map<string, Reached> {
    const reached = new Map<string, Reached>(changed.map((file) => [file, { steps: 0, through: file }]));
    // A map goes on over what is added while it is read.
    for (const [file, { steps }] of reached) {
      for (const user of this.#users.get(file) ?? []) {
        if (!reached.has(user)) reached.set(user, { steps: steps + 1, through: file });
      }
    }
    return reached;
  }

  /** Whether `file` imports `other`, by however many others. */
  imports(file: string, other: string): boolean {
    const seen = new Set([file]);
    for (const each of seen) for (const used of this.#uses.get(each)?.imported ?? []) seen.add(used);
    return seen.has(other);
  }
}

function isCode(file: string): boolean {
  return [".ts", ".tsx", ".js"].includes(extname(file));
}

function usesOf(file: string, files: readonly string[]): Uses {
  return {
    imported: importsOf(file).flatMap(({ target, own, typeOnly }) => (own && !typeOnly ? [target] : [])),
    named: namesIn(textOf(file)).flatMap((name) => filesOfName(name, files)),
  };
}

/** What looks like a path in the strings of a source, from the root. */
function namesIn(text: string): string[] {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/^\s*\/\/.*$/gm, "");
  const strings = code.matchAll(/["'`]((?:\.{1,2}\/)*[\w@.-]+(?:\/[\w@.-]+)*\/?)["'`]/g);
  return [...strings].flatMap(([, text = ""]) =>
    text.includes("/") || /\.\w+$/.test(text) ? text.replace(/^(\.{1,2}\/)+/, "").replace(/^dist\//, "") : [],
  );
}

/** @returns the file of this name, the only one whose path ends with it, or all in the folder of this name */
export function filesOfName(name: string, files: readonly string[]): string[] {
  const source = name.replace(/\.js$/, ".ts");
  const file = files.find((each) => each === name || each === source);
  if (file !== undefined) return [file];
  const ending = files.filter((each) => each.endsWith(`/${name}`));
  if (ending.length === 1) return ending;
  const folder = `${BUILT[name] ?? name}/`.replace(/\/+$/, "/");
  return files.filter((each) => each.startsWith(folder));
}
