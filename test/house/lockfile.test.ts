import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import * as v from "valibot";
import { textOf } from "./source-tree.ts";

const Lockfile = v.object({
  packages: v.record(
    v.string(),
    v.object({
      version: v.optional(v.string()),
      integrity: v.optional(v.string()),
      os: v.optional(v.array(v.string())),
      cpu: v.optional(v.array(v.string())),
      libc: v.optional(v.array(v.string())),
      optionalDependencies: v.optional(v.record(v.string(), v.string())),
    }),
  ),
});

const PLATFORMS = [
  { os: "linux", cpu: "x64" },
  { os: "linux", cpu: "arm64" },
  { os: "darwin", cpu: "x64" },
  { os: "darwin", cpu: "arm64" },
] as const;

describe("the lockfile", () => {
  const text = textOf("package-lock.json");
  const { packages } = v.parse(Lockfile, JSON.parse(text));

  it("names no registry", () => {
    // A package of this repository says where it is.
    assert.doesNotMatch(text, /"resolved": "(?!docs\/)/);
    assert.doesNotMatch(text, /https?:\/\/[^"]*\.tgz/);
  });

  it("has an entry for every optional dependency of every package", () => {
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies)
        .filter((name) => !packages[`${path}/node_modules/${name}`] && !packages[`node_modules/${name}`])
        .map((name) => `${path} needs ${name}`),
    );
    assert.deepEqual(missing, []);
  });

  it("has each native dependency for Linux (glibc) and macOS, x64 and arm64", () => {
    const families = Object.entries(packages).filter(
      ([path, { optionalDependencies = {} }]) =>
        path !== "" && Object.keys(optionalDependencies).some((name) => packages[`node_modules/${name}`]?.cpu),
    );
    assert.ok(families.length >= 5, "the native packages were found");
    for (const [path, { optionalDependencies = {} }] of families) {
      const variants = Object.keys(optionalDependencies).flatMap((name) => packages[`node_modules/${name}`] ?? []);
      for (const { os, cpu } of PLATFORMS) {
        const fits = variants.some(
          (variant) =>
            variant.os?.includes(os) && variant.cpu?.includes(cpu) && (variant.libc?.includes("glibc") ?? true),
        );
        assert.ok(fits, `${path} has nothing for ${os} ${cpu}`);
      }
    }
  });

  it("pins uWebSockets.js exactly, and with it the checksum of each of its binaries", async () => {
    assert.match(textOf("package.json"), /"uWebSockets\.js": "npm:uws-pack@\d+\.\d+\.\d+"/);
    assert.match(packages["node_modules/uWebSockets.js"]?.integrity ?? "", /^sha512-/);
    const pinned = textOf("docs/uws-pack.sha256").trim().split("\n");
    const folder = dirname(fileURLToPath(import.meta.resolve("uWebSockets.js")));
    const installed = await Promise.all(
      (await readdir(join(folder, "bin"))).toSorted().map(async (name) => {
        const checksum = createHash("sha256").update(await readFile(join(folder, "bin", name)));
        return `${checksum.digest("hex")}  bin/${name}`;
      }),
    );
    assert.deepEqual(installed, pinned);
  });
});
