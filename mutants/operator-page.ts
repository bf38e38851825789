import type { Mutant } from "./mutant.ts";

const PAGE = "test/browser/operator-page.test.ts";
const MANY = "of very many connections has those in sight in the document";
const ASKS = "asks before anything is done";

/** Mistakes about the operator's page. */
export const OPERATOR_PAGE_MUTANTS: readonly Mutant[] = [
  {
    name: "all connections are in the operator's page at once",
    file: "dashboard/operator/connections-card.tsx",
    find: "rows.slice(first, end)",
    replace: "rows.slice(0)",
    test: PAGE,
    title: MANY,
  },
  {
    name: "the operator's page sorts in one direction alone",
    file: "dashboard/operator/connections-card.tsx",
    find: "isDescending: order.by !== column || !order.isDescending",
    replace: "isDescending: true",
    test: PAGE,
    title: MANY,
  },
  {
    name: "the operator's page does what was asked without being told to",
    file: "dashboard/operator/actions.tsx",
    find: "if (asked !== undefined) dialog.current?.showModal();",
    replace: "if (asked !== undefined) void act(asked);",
    test: PAGE,
    title: ASKS,
  },
  {
    name: "the operator's page keeps a token that is none",
    file: "dashboard/operator/operator-page.tsx",
    find: "if (refused?.status === 401) leave();",
    replace: "if (refused?.status === 402) leave();",
    test: PAGE,
    title: "is given to everybody and holds nothing",
  },
];
