import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FAULTS_OF_CLIENTS } from "../support/guarantees/faults-of-clients.ts";
import { FAULTS_OF_DATA } from "../support/guarantees/faults-of-data.ts";
import { FAULTS_OF_SERVERS } from "../support/guarantees/faults-of-servers.ts";
import { type Guarantee, shownBy } from "../support/guarantees/guarantee.ts";
import { PROMISES } from "../support/guarantees/promises.ts";
import { SECURITY } from "../support/guarantees/security.ts";
import { assertWritten } from "../support/written-document.ts";

const HEAD = `# What is guaranteed, and how it is shown

Each line names the tests that show it, which \`npm test\` runs against real PostgreSQL servers and real sockets; where none does, or not
all of it, the line says so. This page is made from \`test/support/guarantees/\`, and its test fails where a test that is named here is gone.

Not promised: every value in between, and reading from replicas.
`;

const number = ({ id }: Guarantee): number => Number(/\d+$/.exec(id)?.[0]);
const FAULTS = [...FAULTS_OF_SERVERS, ...FAULTS_OF_DATA, ...FAULTS_OF_CLIENTS].toSorted(
  (a, b) => number(a) - number(b),
);

function evidence({ tests, untested }: Guarantee): string {
  const shown = tests.map(shownBy).map(({ file, title }) => {
    const name = file.replace(/^test\/(.*)\.test\.ts$/, "$1");
    return `[${name}](../${file}): ${title.replaceAll("|", "\\|")}`;
  });
  return [...shown, ...(untested === undefined ? [] : [`**Not tested:** ${untested}`])].join("<br>");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);
  return `\n${lines.join("\n")}\n`;
}

describe("guarantees", () => {
  it("docs/guarantees.md names the tests of each, which are there", () => {
    const promises = PROMISES.map((row) => [row.id, row.says, evidence(row)]);
    const faults = FAULTS.map((row) => [row.id, row.says, row.outcome ?? "", evidence(row)]);
    const security = SECURITY.map((row) => [row.id, row.says, evidence(row)]);
    const page = [
      HEAD,
      "\n## What we promise\n",
      table(["", "Promise", "Shown by"], promises),
      "\n## Faults\n",
      table(["", "What happens", "What deltad does", "Shown by"], faults),
      "\n## Security\n",
      table(["", "Requirement", "Shown by"], security),
    ];
    assertWritten("docs/guarantees.md", page.join(""));
  });

  it("are all there once, each with a test or the reason why there is none", () => {
    const numbered = (prefix: string, count: number): string[] =>
      Array.from({ length: count }, (_, index) => `${prefix}${index + 1}`);
    const ids = (rows: readonly Guarantee[]): string[] => rows.map(({ id }) => id);
    assert.deepEqual(ids(PROMISES), numbered("C", 6));
    assert.deepEqual(ids(FAULTS), numbered("F", 47));
    assert.deepEqual(ids(SECURITY), numbered("S-", 27));
    for (const { id, tests, untested } of [...PROMISES, ...FAULTS, ...SECURITY]) {
      assert.ok(tests.length > 0 || untested !== undefined, `${id} has neither a test nor a reason`);
      assert.equal(new Set(tests).size, tests.length, `${id} names a test twice`);
    }
    assert.deepEqual(
      FAULTS.filter(({ outcome }) => outcome === undefined),
      [],
    );
  });

  it("a test that is not there, or not the only one called so, is found out", () => {
    assert.throws(() => shownBy("house/no-such-file: names no registry"), /no such test file/);
    assert.throws(() => shownBy("house/lockfile: names every registry"), /0 tests are called so/);
    assert.throws(() => shownBy("house/lockfile: s"), /[2-9] tests are called so/);
    assert.deepEqual(shownBy("house/lockfile: no registry"), {
      file: "test/house/lockfile.test.ts",
      title: "the lockfile: names no registry",
    });
  });
});
