import type { Mutant } from "./mutant.ts";

/** Mistakes in how tests are chosen and written, which a project that others join would not see. */
export const HABITS_MUTANTS: readonly Mutant[] = [
  {
    name: "a test sleeps",
    file: "test/support/until-right.ts",
    find: "  await eventually(owner.topic",
    replace: "  await new Promise((resolve) => setTimeout(resolve, 50));\n  await eventually(owner.topic",
    test: "test/house/real-time.test.ts",
    title: "tests wait in it by test/support/real-time.ts alone",
  },
  {
    name: "a new dependency is taken to reach only those who import it",
    file: "test/runner/choice.ts",
    find: "if (decisive !== undefined)",
    replace: "if (decisive !== undefined && all.length === 0)",
    test: "test/unit/runner/choice.test.ts",
    title: "runs everything where the change decides how all is built or run",
  },
  {
    name: "what was never checked in has not changed",
    file: "test/runner/changed-files.ts",
    find: '    ...git("ls-files", "--others", "--exclude-standard", "-z").split("\\0"),\n',
    replace: "",
    test: "test/unit/runner/changed-files.test.ts",
    title: "on main is nothing, then what is not committed",
  },
  {
    name: "SQL is taken to reach nobody",
    file: "test/runner/file-graph.ts",
    find: "    named: namesIn(textOf(file)).flatMap((name) => filesOfName(name, files)),",
    replace: "    named: [],",
    test: "test/unit/runner/file-graph.test.ts",
    title: "is found in this repository",
  },
  {
    name: "a guarantee may name several tests at once",
    file: "test/support/guarantees/guarantee.ts",
    find: "test === undefined || found.length > 1",
    replace: "test === undefined",
    test: "test/house/guarantees.test.ts",
    title: "a test that is not there, or not the only one called so",
  },
];
