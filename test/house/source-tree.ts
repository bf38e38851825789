/** The repository as it is checked in: its files, their text and what they import. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), "../../..");

/** What git ignores, and git's own. Walked rather than asked of git, which a downloaded tree does not have. */
const NOT_SOURCES = new Set(["node_modules", "dist", ".git", ".deltad"]);

/** Paths, from the root, of the files that are checked in. */
export function repositoryFiles(folder = ""): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return NOT_SOURCES.has(entry.name) ? [] : repositoryFiles(path);
    return entry.isFile() && !entry.name.endsWith(".log") ? [path] : [];
  });
}

export function textOf(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

export function lineCount(path: string): number {
  return textOf(path).trimEnd().split("\n").length;
}

/** TypeScript sources below the given folders. */
export function sourcesBelow(...folders: string[]): string[] {
  return repositoryFiles().filter(
    (path) => /\.tsx?$/.test(path) && folders.some((folder) => path.startsWith(`${folder}/`)),
  );
}

export interface Import {
  /** As written: a package's name, or a path from the root for a relative one. */
  readonly target: string;
  readonly relative: boolean;
}

/** Static, type-only and dynamic imports, and re-exports. */
export function importsOf(path: string): Import[] {
  const text = textOf(path)
    .replaceAll(/\/\*[\s\S]*?\*\//g, "")
    .replaceAll(/^\s*\/\/.*$/gm, "");
  const written = [...text.matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*)"([^"]+)"/g)].map(
    ([, specifier]) => specifier ?? "",
  );
  return written.map((specifier) =>
    specifier.startsWith(".")
      ? { target: normalize(join(dirname(path), specifier)), relative: true }
      : { target: packageName(specifier), relative: false },
  );
}

function packageName(specifier: string): string {
  const parts = specifier.split("/");
  return specifier.startsWith("@") ? parts.slice(0, 2).join("/") : (parts[0] ?? specifier);
}
