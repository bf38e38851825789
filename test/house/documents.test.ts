import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { CommanderError } from "commander";
import { runProgram } from "../../daemon/cli/program.ts";
import { demo } from "../../demo/cli/demo.ts";
import { recordedShell } from "../support/recorded-shell.ts";
import { repositoryFiles, ROOT, textOf } from "./source-tree.ts";

const { scripts } = JSON.parse(textOf("package.json")) as { scripts: Record<string, string> };

/** All that `pattern`'s first group matches in the documents, each once. */
function mentioned(documents: readonly string[], pattern: RegExp): string[] {
  const found = documents.flatMap((path) => [...textOf(path).matchAll(pattern)].map(([, match]) => match ?? ""));
  return [...new Set(found)];
}

describe("the documents", () => {
  const documents = repositoryFiles().filter((path) => path.endsWith(".md"));

  it("name files that are there", () => {
    const dead = documents.flatMap((path) =>
      mentioned([path], /\]\((?!https?:|#)([^)#\s]+)/g)
        .filter((target) => !existsSync(join(ROOT, dirname(path), target)))
        .map((target) => `${path} names ${target}`),
    );
    assert.deepEqual(dead, []);
  });

  it("name npm scripts that there are", () => {
    const names = ["start", "test", ...mentioned(documents, /\bnpm run ([a-z]+(?:-[a-z]+)*)/g)];
    assert.deepEqual(
      names.filter((name) => scripts[name] === undefined),
      [],
    );
  });

  it("name commands of deltad that there are", async () => {
    const commands = mentioned(
      documents,
      /\bnpx deltad ([a-z]+(?: (?:write|plan|apply|status|export|off|on|uninstall))?)/g,
    );
    assert.ok(commands.length > 3, "commands were found");
    for (const command of commands) {
      const called = runProgram(recordedShell(), () => Promise.resolve(demo), [...command.split(" "), "--help"]);
      await assert.rejects(called, (error) => error instanceof CommanderError && error.exitCode === 0, command);
    }
  });
});
