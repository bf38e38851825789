import type { Mutant } from "./mutant.ts";

/** Mistakes in what the page shows. */
export const PAGE_MUTANTS: readonly Mutant[] = [
  {
    name: "the page draws all topics as owners'",
    file: "react/display/read-schema.ts",
    find: 'if (kind === "owner") return schema;',
    replace: 'if (kind !== "") return schema;',
    test: "test/unit/react/display/read-schema.test.ts",
    title: "of each kind of topics what the daemon tells of it, and of others nothing",
  },
  {
    name: "an owner's id with a colon is another kind's topic",
    file: "dashboard/entry/topic-of.ts",
    find: "schemaOf(schema, kind) !== undefined",
    replace: "kind.length > 0",
    test: "test/unit/dashboard/topic-of.test.ts",
    title: "an administrator's text is a topic's name where the daemon has that kind, else an owner's id",
  },
  {
    name: "the page knows owners alone",
    file: "dashboard/entry/claims.ts",
    find: "parseTopic(topic) ? topic : undefined",
    replace: 'parseTopic(topic)?.kind === "owner" ? topic : undefined',
    test: "test/unit/dashboard/claims.test.ts",
    title: "knows one owner, several, and other topics, each once, by the topic's name",
  },
  {
    name: "every card with money shows the currency",
    file: "react/display/arrange.ts",
    find: "  if (currency !== undefined) shown.add(currency);\n",
    replace: "",
    test: "test/unit/react/display/arrange.test.ts",
    title: "show the currency once",
  },
  {
    name: "a period ends at UTC's midnight",
    file: "dashboard/cards/series-keys.ts",
    find: "Math.max(ordinal(asOf), ...known)",
    replace: "ordinal(asOf)",
    test: "test/unit/dashboard/series-keys.test.ts",
    title: "shows days across the ends of months",
  },
  {
    name: "a newer daemon's metric is drawn as it comes",
    file: "react/display/arrange.ts",
    find: ".filter(isAnything)",
    replace: "",
    test: "test/unit/react/display/arrange.test.ts",
    title: "leave out what this page does not know",
  },
];
