/**
 * `npm run docs`: the API reference of every entry that package.json exports, from its docstrings, to dist/reference/. Fails where an
 * export has no docstring, and where a {@link} leads nowhere.
 */
import { existsSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { Application, ReflectionKind } from "typedoc";

const HERE = import.meta.dirname;
const ROOT = join(HERE, "../..");
const OUT = join(ROOT, "dist/reference");

const { name, exports } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
/** By the path of its source from the root, how an entry is imported: `client/client.ts` → `deltad/client`. */
const entries = new Map(
  Object.entries(exports).map(([key, { types }]) => [
    sourceOf(types.replace("./dist/", "").replace(/\.d\.ts$/, "")),
    key.replace(/^\./, name),
  ]),
);

const application = await Application.bootstrap({
  name,
  entryPoints: [...entries.keys()].map((source) => join(ROOT, source)),
  tsconfig: join(HERE, "tsconfig.json"),
  readme: "none",
  logLevel: "Warn",
  githubPages: false,
  disableSources: true,
  excludePrivate: true,
  excludeInternal: true,
  validation: { invalidLink: true, notExported: false, notDocumented: false },
});
const project = await application.convert();
if (project) {
  for (const module of project.children) module.name = entries.get(sourceOf(module.name)) ?? module.name;
  for (const entry of project.children) {
    for (const reflection of entry.children.filter(isUndocumented)) {
      application.logger.warn(`${entry.name}: ${reflection.name} has no docstring`);
    }
  }
  application.validate(project);
  await application.generateDocs(project, OUT);
}
process.exitCode = application.logger.hasErrors() || application.logger.hasWarnings() ? 1 : 0;
if (process.exitCode === 0) process.stdout.write(`${relative(process.cwd(), join(OUT, "index.html"))}\n`);

function sourceOf(path) {
  return existsSync(join(ROOT, `${path}.tsx`)) ? `${path}.tsx` : `${path}.ts`;
}

function isUndocumented(reflection) {
  if (reflection.kind === ReflectionKind.Reference) return false;
  return ![reflection, ...(reflection.signatures ?? [])].some((one) => one.hasComment());
}
