import type { Mutant } from "./mutant.ts";

const REPLAYS = "test/pg/resume/parents.test.ts";

/** Mistakes about what is replayed of rows whose owner is another row's. */
export const REPLAYED_PARENTS_MUTANTS: readonly Mutant[] = [
  {
    name: "a move that came after what is replayed is no doubt",
    file: "daemon/resume/history-cache.ts",
    find: "reading.moves.some(isNew)",
    replace: "reading.moves.some(isMissed)",
    test: REPLAYS,
    title: "in one read: nobody can say what rows told whose parent has moved since",
  },
  {
    name: "a move is a doubt though the client has seen it",
    file: "daemon/resume/history-cache.ts",
    find: "reading.moves.some(isNew)",
    replace: "reading.moves.length > 0",
    test: REPLAYS,
    title: "in one read of several clients: what moved before one of them went is no doubt to that one",
  },
  {
    name: "what a batch came without is told to whom its rows moved",
    file: "daemon/resume/withheld-reader.ts",
    find: "!sees(seen, xid))",
    replace: "xid < 0n)",
    test: REPLAYS,
    title: "what a batch came without is read by whose rows they were then",
  },
  {
    name: "what a batch came without is told though its rows moved in that batch",
    file: "daemon/resume/withheld-reader.ts",
    find: "eventSelects(plan, settledRows)",
    replace: "eventSelects(plan)",
    test: REPLAYS,
    title: "what a batch came without is read by whose rows they were then",
  },
  {
    name: "a long replay goes on over a move",
    file: "daemon/resume/long-replay.ts",
    find: " && moves.every((xid) => sees(seen, xid))",
    replace: " && moves.length >= 0",
    test: REPLAYS,
    title: "page by page: a parent that moves while pages are read",
  },
  {
    name: "a page knows of parents what its own transactions did",
    file: "daemon/resume/long-history-statement.ts",
    find: 'unreadOfParents: "c.change_xid >= $9::xid8"',
    replace: 'unreadOfParents: "c.change_xid = any ($5::xid8[]) and $9::xid8 is not null"',
    test: REPLAYS,
    title: "page by page: tells of rows whose parent went",
  },
  {
    name: "the parents of what is told are not read for a resume",
    file: "daemon/resume/history-statement.ts",
    find: "...[...parents, ...lookedUp].map(",
    replace: "...lookedUp.map(",
    test: REPLAYS,
    title: "in one read: nobody can say what rows told whose parent has moved since",
  },
];
