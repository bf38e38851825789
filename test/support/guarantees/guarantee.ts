/** What a row of docs/guarantees.md says, and which tests show it. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));

export interface Guarantee {
  readonly id: string;
  readonly says: string;
  /** For a fault: what deltad does then. */
  readonly outcome?: string;
  /** Each a file below test/ without `.test.ts`, a colon, and a title in it or a part that no other title there has. */
  readonly tests: readonly string[];
  /** What no test shows, and why; a row without tests has to say it. */
  readonly untested?: string;
}

export interface ShownBy {
  /** From the root. */
  readonly file: string;
  /** As the run prints it: the group's title, then the test's own, with … for what differs from case to case. */
  readonly title: string;
}

const GROUP = /\b(?:describe|describeInBrowser|onEach\w+)\(\s*(["`])(.*?)(?<!\\)\1/gs;
/** A test, or a case of a table of tests that is called by its key. */
const TITLE = /\bit\(\s*(["`])(.*?)(?<!\\)\1|^ +(")([^"\n]+)": \{/gms;

/** The one test that is named; throws where there is none or several. */
export function shownBy(named: string): ShownBy {
  const [, path = "", part = ""] = /^([^:]+): (.+)$/.exec(named) ?? [];
  const file = `test/${path}.test.ts`;
  if (part === "" || !existsSync(join(ROOT, file))) throw new Error(`no such test file: ${named}`);
  const text = readFileSync(join(ROOT, file), "utf8");
  const found = [...text.matchAll(TITLE)].filter((match) => (match[2] ?? match[4] ?? "").includes(part));
  const [test] = found;
  if (test === undefined || found.length > 1) throw new Error(`${found.length} tests are called so: ${named}`);
  const group = [...text.matchAll(GROUP)].findLast(({ index }) => index < test.index)?.[2];
  const title = test[2] ?? test[4] ?? "";
  return { file, title: plain(group === undefined ? title : `${group}: ${title}`) };
}

function plain(title: string): string {
  return title.replaceAll(/\$\{[^}]*\}/g, "…").replaceAll("\\", "");
}
