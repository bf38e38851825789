#!/usr/bin/env node
// Plain old JavaScript on purpose: a Node that is too old must be able to read this file to be told so.
import { existsSync } from "fs";
import { dirname, join } from "path";
import { fileURLToPath, pathToFileURL } from "url";

var root = dirname(dirname(fileURLToPath(import.meta.url)));

var refusal = whyNot();
if (refusal) {
  process.stderr.write("deltad: " + refusal + "\n");
  process.exitCode = 78;
} else {
  run();
}

function whyNot() {
  var version = process.versions.node.split(".").map(Number);
  if (version[0] < 20 || (version[0] === 20 && version[1] < 19)) {
    return "Node " + process.versions.node + " is too old: deltad needs Node 20.19 or newer";
  }
  if (process.platform === "win32") {
    return "Windows is supported through WSL only: run the same commands in a Linux shell (https://learn.microsoft.com/windows/wsl/install)";
  }
  if (!isInstalled("commander")) return "its dependencies are not installed: run npm ci first";
  return undefined;
}

/** Looks where Node would: in this package's node_modules, or in those of the project it is installed in. */
function isInstalled(name) {
  for (var folder = root; ; folder = dirname(folder)) {
    if (existsSync(join(folder, "node_modules", name, "package.json"))) return true;
    if (folder === dirname(folder)) return false;
  }
}

/** The daemon does not know the demo: this file gives it the demo's commands. */
function compiled(path) {
  return import(pathToFileURL(join(root, "dist", path)).href);
}

function run() {
  // A clone has sources and is built where they are newer; an installed package comes built.
  var built = existsSync(join(root, "daemon", "main.ts"))
    ? import("./build.js").then(function (build) {
        return build.buildWhatIsStale();
      })
    : Promise.resolve();
  built
    .then(function () {
      return compiled("daemon/main.js");
    })
    .then(function (main) {
      return main.run(function () {
        return compiled("demo/cli/demo.js").then(function (module) {
          return module.demo;
        });
      });
    })
    .catch(function (error) {
      process.stderr.write("deltad: " + (error.isBuildFailure ? error.message : error.stack) + "\n");
      process.exitCode = error.isBuildFailure ? 78 : 1;
    });
}
