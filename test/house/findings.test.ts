import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FINDINGS, type Severity } from "../../daemon/database/findings.ts";
import { assertWritten } from "../support/written-document.ts";
import { sourcesBelow, textOf } from "./source-tree.ts";

const HEAD = `# Findings

What deltad may find wrong with a database: \`deltad doctor\` tells all of them, the daemon's log those that keep it from being ready, \`migrate\` and
\`verify\` those that stop them. Each comes with its code, in brackets, and where there is one with the statement or command that mends it. Codes
stay what they are; sentences may change. This page is made from \`daemon/database/findings.ts\`.
`;

const SECTIONS: Readonly<Record<Severity, string>> = {
  error: `## Errors

The daemon can't start, or is not ready, or its numbers could be wrong. \`doctor\` exits with 2.`,
  warning: `## Warnings

It works, and something will cost or fail. \`doctor\` exits with 1.`,
  notice: `## Notices

Good to know. \`doctor\` exits with 0.`,
};

describe("findings", () => {
  it("docs/findings.md has every code, and what it means", () => {
    const sections = (Object.keys(SECTIONS) as Severity[]).map((severity) => {
      const rows = Object.entries(FINDINGS)
        .filter(([, kind]) => kind.severity === severity)
        .map(([code, { about }]) => `| \`${code}\` | ${about} |`);
      return `\n${SECTIONS[severity]}\n\n| Code | What it means |\n|---|---|\n${rows.join("\n")}\n`;
    });
    assertWritten("docs/findings.md", HEAD + sections.join(""));
  });

  it("every code is found somewhere, and a test sees it", () => {
    const without = (folder: string): string[] => {
      const text = sourcesBelow(folder)
        .filter((path) => path !== "daemon/database/findings.ts" && path !== "test/house/findings.test.ts")
        .map(textOf)
        .join("\n");
      return Object.keys(FINDINGS).filter((code) => !text.includes(code));
    };
    assert.deepEqual(without("daemon"), []);
    assert.deepEqual(without("test"), []);
  });
});
