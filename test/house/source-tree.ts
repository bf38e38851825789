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
  /** A path from the root where it is this package's own, else the name of a package. */
  readonly target: string;
  /** Whether it is this package's own: by a relative path, or by name as its users import it (`deltad/client`). */
  readonly own: boolean;
  /** Written with `import type`: nothing of it is there when the importer runs. */
  readonly typeOnly: boolean;
}

/** Static, type-only and dynamic imports, and re-exports. */
export function importsOf(path: string): Import[] {
  const text = textOf(path)
    .replaceAll(/\/\*[\s\S]*?\*\//g, "")
    .replaceAll(/^\s*\/\/.*$/gm, "");
  const written = text.matchAll(/(?:(\b(?:im|ex)port\s+type\s[^"';]*?)?\bfrom\s*|\bimport\s*\(?\s*)"([^"]+)"/g);
  return [...written].map(([, type, specifier = ""]) => {
    const typeOnly = type !== undefined;
    if (specifier.startsWith(".")) return { target: normalize(join(dirname(path), specifier)), own: true, typeOnly };
    const name = packageName(specifier);
    const own = name === "deltad";
    return { target: own ? entryOf(specifier) : name, own, typeOnly };
  });
}

function packageName(specifier: string): string {
  const parts = specifier.split("/");
  return specifier.startsWith("@") ? parts.slice(0, 2).join("/") : (parts[0] ?? specifier);
}

/** The source of an entry of this package. */
function entryOf(specifier: string): string {
  const { exports } = JSON.parse(textOf("package.json")) as { exports: Record<string, { default: string }> };
  const entry = exports[specifier.replace(/^deltad/, ".")];
  if (!entry) throw new Error(`package.json exports no ${specifier}`);
  return entry.default.replace(/^\.\/dist\/(.*)\.js$/, "$1.ts");
}
