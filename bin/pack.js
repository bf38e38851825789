/**
 * `npm run pack` makes two packages of this clone, below dist/packages or another folder: `deltad`, what an operator installs, and `@deltad/client`, what a
 * page or a test of one installs; each with a package.json, README and LICENSE of its own, and no file in both.
 */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import { buildWhatIsStale } from "./build.js";
import { writeClientCode, writeClientTypes } from "./pack-client.js";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** Entries of the client's package, by their names: the source, from the root. */
const CLIENT_ENTRIES = {
  "caught-up": "client/caught-up",
  channels: "client/channels/channel",
  client: "client/client",
  explain: "client/explain",
  fallback: "client/fallback/with-fallback",
  fetch: "client/fetch-owner",
  flatten: "client/flatten",
  key: "client/key",
  react: "react/use-realtime-stats",
  "react/channels": "react/channels/use-rows",
  "react/display": "react/display/realtime-metrics-display",
  "react/metric": "react/use-metric",
  "react/sync": "react/sync/use-document",
  sync: "client/sync/sync",
  testing: "testing/fake-daemon",
};

/** Its stylesheets, by how they are imported. */
const CLIENT_STYLES = {
  "react/display.css": "react/display/display.css",
  "react/sync.css": "react/sync/sync.css",
};

const KEYWORDS = ["postgresql", "realtime", "websocket", "dashboard", "metrics"];

/** Writes both packages and their tarballs into a folder, which is emptied before. */
async function pack(packages) {
  buildWhatIsStale();
  rmSync(packages, { recursive: true, force: true });
  const root = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  await writeClient(join(packages, "client"), root);
  writeDaemon(join(packages, "deltad"), root);
  for (const name of ["client", "deltad"]) makeTarball(packages, name);
}

async function writeClient(folder, { version, license, peerDependencies, peerDependenciesMeta }) {
  mkdirSync(folder, { recursive: true });
  await writeClientCode(folder, CLIENT_ENTRIES);
  writeClientTypes(folder, CLIENT_ENTRIES);
  const exported = Object.entries(CLIENT_ENTRIES).map(([name, source]) => {
    return [
      name === "client" ? "." : `./${name}`,
      {
        types: `./types/${source}.d.ts`,
        import: `./esm/${name}.js`,
        require: `./cjs/${name}.cjs`,
      },
    ];
  });
  writeJson(join(folder, "package.json"), {
    name: "@deltad/client",
    version,
    description: "The client of deltad: live numbers and events of an owner, for pages, React and tests.",
    license,
    keywords: KEYWORDS,
    type: "module",
    sideEffects: ["*.css"],
    exports: { ...Object.fromEntries(exported), ...writeClientStyles(folder) },
    ...peer("react", { peerDependencies, peerDependenciesMeta }),
  });
  cpSync(join(ROOT, "LICENSE"), join(folder, "LICENSE"));
  cpSync(join(ROOT, "docs/client.md"), join(folder, "README.md"));
}

/** Their entries in the package's exports. */
function writeClientStyles(folder) {
  const entries = Object.entries(CLIENT_STYLES).map(([name, source]) => {
    cpSync(join(ROOT, source), join(folder, "css", name));
    return [`./${name}`, `./css/${name}`];
  });
  return Object.fromEntries(entries);
}

function writeDaemon(folder, { files, exports, dependencies, optionalDependencies, ...rest }) {
  mkdirSync(folder, { recursive: true });
  const isClients = (path) => /^dist\/(client|react|testing)$/.test(path);
  for (const path of files) if (!isClients(path)) copy(path, folder);
  for (const path of ["README.md", "CHANGELOG.md", "docs", "examples"]) copy(path, folder);
  rmSync(join(folder, "docs", "reference"), { recursive: true, force: true });
  const { "uWebSockets.js": uws, ...needed } = dependencies;
  const { name, version, description, license, type, sideEffects, bin, engines } = rest;
  writeJson(join(folder, "package.json"), {
    name,
    version,
    description,
    license,
    keywords: KEYWORDS,
    type,
    sideEffects,
    bin,
    engines,
    exports: { ".": exports["."] },
    dependencies: needed,
    // Its carrier asks for a newer Node than its binaries do: as a dependency it would keep deltad from being installed there.
    optionalDependencies: { ...optionalDependencies, "uWebSockets.js": uws },
    ...peer("redis", rest),
  });
}

/** One of the peers that the repository names, for a package that needs no other. */
function peer(name, { peerDependencies, peerDependenciesMeta }) {
  return {
    peerDependencies: { [name]: peerDependencies[name] },
    peerDependenciesMeta: { [name]: peerDependenciesMeta[name] },
  };
}

/** Without what a build leaves for itself. */
function copy(path, folder) {
  const from = join(ROOT, path);
  if (!existsSync(from)) throw new Error(`there is no ${path} to pack`);
  cpSync(from, join(folder, path), { recursive: true, filter: (each) => !/\.(built|tsbuildinfo)$/.test(each) });
}

function makeTarball(packages, name) {
  const { status, stdout, stderr } = spawnSync("npm", ["pack", "--json", "--pack-destination", packages], {
    cwd: join(packages, name),
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`npm pack failed: ${stderr}`);
  const [{ filename, size, unpackedSize, entryCount }] = Object.values(JSON.parse(stdout));
  process.stdout.write(`${filename}: ${kilobytes(size)} packed, ${kilobytes(unpackedSize)} in ${entryCount} files\n`);
}

function kilobytes(bytes) {
  return `${(bytes / 1000).toFixed(1)} kB`;
}

function writeJson(path, value) {
  writeFileSync(path, `${JSON.stringify(value, undefined, 2)}\n`);
}

await pack(resolve(argv[2] ?? join(ROOT, "dist", "packages")));
