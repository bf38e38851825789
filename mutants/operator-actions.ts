import type { Mutant } from "./mutant.ts";

const ACTIONS = "test/pg/bus/operators-act.test.ts";
const VERIFIES = "have an owner's numbers compared with SQL";

/** Mistakes about what operators are told of daemons, and have them do. */
export const OPERATOR_ACTION_MUTANTS: readonly Mutant[] = [
  {
    name: "a drained daemon counts as ready",
    file: "daemon/admin/daemon-state.ts",
    find: "isReady: isLive() && !gateway.isDraining",
    replace: "isReady: isLive()",
    test: ACTIONS,
    title: "drain a daemon by its name",
  },
  {
    name: "whoever is asked drains, whatever the name",
    file: "daemon/admin/operator-actions.ts",
    find: "    if (daemon !== peers.node) return false;\n",
    replace: "",
    test: ACTIONS,
    title: "drain a daemon by its name",
  },
  {
    name: "a topic is read again by one daemon alone",
    file: "daemon/admin/operator-actions.ts",
    find: "{ isDone: this.#reload(output.topic, output.operator) }",
    replace: "{ isDone: false }",
    test: ACTIONS,
    title: "have a topic read again at all daemons that watch it",
  },
  {
    name: "an owner that an operator asks for is compared in its turn",
    file: "daemon/owners/audit-turns.ts",
    find: "(this.#asked.length > 0 && audit.isFree) || ",
    replace: "",
    test: ACTIONS,
    title: VERIFIES,
  },
  {
    name: "a question that takes time to answer is not answered",
    file: "daemon/bus/questions.ts",
    find: "if (answer instanceof Promise) void answer.then(say);\n    else say(answer);",
    replace: "if (!(answer instanceof Promise)) say(answer);",
    test: ACTIONS,
    title: VERIFIES,
  },
  {
    name: "an operator is not told what to grant",
    file: "daemon/admin/operator-actions.ts",
    find: "if (error instanceof ConfigError) return { refusal: error.message };",
    replace: "",
    test: ACTIONS,
    title: "revoke a subject",
  },
  {
    name: "an open transaction is not told of",
    file: "daemon/admin/database-view.ts",
    find: "where backend_xid is not null and pid <> pg_backend_pid()",
    replace: "where false",
    test: ACTIONS,
    title: "see the oldest transaction that has written",
  },
  {
    name: "reads are not counted",
    file: "daemon/capture/read-scheduler.ts",
    find: "this.#reads += 1;",
    replace: "",
    test: ACTIONS,
    title: "see of each daemon how it reads",
  },
];
