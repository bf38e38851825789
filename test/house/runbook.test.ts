/** docs/runbook.md has every warning and error that the daemon logs, and no other. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { it } from "node:test";
import { fileURLToPath } from "node:url";
import { sourcesBelow, textOf } from "./source-tree.ts";

const PAGE = fileURLToPath(new URL("../../../docs/runbook.md", import.meta.url));

/** What leads to a line of level warn or error. */
const LOGGED = /\b#?log\b\??\.(?:warn|error)\(|new CountedWarning\(|new Backoff\(|const advice = (?=["`])/g;
/** Calls that pass on what others say. */
const PASSED_ON = /^fields, message$|, this\.#message$|, adviceFor\(origin\)$/;

/** The arguments of a call that begin here, or the value of a constant. */
function restOf(text: string, from: number): string {
  if (text[from - 1] !== "(") return text.slice(from, text.indexOf(";\n", from));
  let depth = 1;
  let at = from;
  for (; at < text.length && depth > 0; at += 1) {
    if (text[at] === "(") depth += 1;
    else if (text[at] === ")") depth -= 1;
  }
  return text.slice(from, at - 1);
}

/** The sentence in it, put together, with … for what is filled in; undefined where there is none. */
function sentenceIn(rest: string): string | undefined {
  const whole = rest.replace(/["`]\s+\+\s+["`]/g, "");
  const found = [...whole.matchAll(/"([^"]* [^"]*)"|`([^`]* [^`]*)`/g)].at(-1);
  return found && (found[1] ?? found[2] ?? "").replace(/\$\{[^}]*\}/g, "…");
}

function logged(): ReadonlySet<string> {
  const lines = new Set<string>();
  for (const path of sourcesBelow("daemon")) {
    const text = textOf(path);
    for (const match of text.matchAll(LOGGED)) {
      const rest = restOf(text, match.index + match[0].length);
      if (PASSED_ON.test(rest.trim())) continue;
      const sentence = match[0] === "new Backoff(" ? (sentenceIn(rest) ?? /"(\w+)"/.exec(rest)?.[1]) : sentenceIn(rest);
      assert.ok(sentence !== undefined, `${path}: ${match[0]}${rest} says nothing that can be looked up`);
      lines.add(match[0] === "new Backoff(" ? `${sentence} failed; trying again` : sentence);
    }
  }
  return lines;
}

it("docs/runbook.md has every warning and error that the daemon logs, and no other", () => {
  const told = readFileSync(PAGE, "utf8").match(/(?<=^\| `).*?(?=` \|)/gm) ?? [];
  assert.ok(told.length > 20, "the page was read");
  // A Markdown code span can't hold the quotes of another.
  const lines = [...logged()].map((line) => line.replace(/`?deltad verify --fresh`?/, "…"));
  assert.deepEqual(told.toSorted(), lines.toSorted());
});
