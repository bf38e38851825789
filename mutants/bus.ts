import type { Mutant } from "./mutant.ts";

const ENVELOPE = "test/unit/bus/envelope.test.ts";
const PEERS = "test/unit/bus/peers.test.ts";
const QUESTIONS = "test/unit/bus/questions.test.ts";
const RANDOM = "test/unit/bus/random-peers.test.ts";
const PIECES = "test/unit/bus/pieces.test.ts";
const POSTGRES = "test/pg/bus/postgres-bus.test.ts";
const REDIS = "test/wire/redis-bus.test.ts";
const CONNECTED = "test/unit/bus/connected-bus.test.ts";
const STILL = "count nobody as gone while the bus stands still or is away, say partial, and log why once";
const SOON =
  "Whatever is lost, repeated, reordered, held up or forged, each daemon soon has what the others own, and nothing of those that are no more";

/** Mistakes about what daemons tell each other. */
export const BUS_MUTANTS: readonly Mutant[] = [
  {
    name: "a message on the bus is taken whoever made it",
    file: "daemon/bus/envelope.ts",
    find: 'if (!timingSafeEqual(genuine, Buffer.from(digest, "latin1"))) return "forged";',
    replace: "",
    test: ENVELOPE,
    title: "A message of another database or another life is foreign",
  },
  {
    name: "what daemons say is readable on the bus",
    file: "daemon/bus/envelope.ts",
    find: "const sealed = seal(this.#incarnation, digest, Buffer.from(json));",
    replace: "const sealed = Buffer.from(json);",
    test: ENVELOPE,
    title: "Who listens on the bus reads neither who says something nor what",
  },
  {
    name: "another database's messages are called forged",
    file: "daemon/bus/envelope.ts",
    find: 'if (!head.startsWith(this.#foreword)) return "foreign";',
    replace: "",
    test: PEERS,
    title: "drop what was forged or altered",
  },
  {
    name: "a message of another daemon is taken as often as it comes",
    file: "daemon/bus/heard-node.ts",
    find: "envelope.count <= this.#count",
    replace: "envelope.count < this.#count",
    test: PEERS,
    title: "take what comes twice once",
  },
  {
    name: "a daemon that has read nothing yet complains of its bus",
    file: "daemon/bus/peers.ts",
    find: "if (this.#isTold || this.#sealing === undefined) return;",
    replace: "if (this.#isTold) return;",
    test: PEERS,
    title: "whose bus is away before they have read anything",
  },
  {
    name: "a bus that was away before is never complained of",
    file: "daemon/bus/peers.ts",
    find: "    if (this.#whyDown !== undefined) this.#lose(this.#whyDown);\n",
    replace: "",
    test: PEERS,
    title: "whose bus is away before they have read anything",
  },
  {
    name: "what a stranger repeats is taken again",
    file: "daemon/bus/heard-node.ts",
    find: "if (envelope.count <= this.#count) return NONE;",
    replace: "",
    test: POSTGRES,
    title: "carries what a role without rights says, alters and repeats",
  },
  {
    name: "a daemon is present by what somebody repeats",
    file: "daemon/bus/heard-node.ts",
    find: '!(envelope.type === "alive" && envelope.hears.includes(us))',
    replace: 'envelope.type !== "alive"',
    test: PEERS,
    title: "are not taken for present by what somebody repeats",
  },
  {
    name: "what was lost of another daemon is not missed",
    file: "daemon/bus/heard-node.ts",
    find: 'const isMissed = this.#phase !== "present" || before !== this.#said;',
    replace: 'const isMissed = this.#phase !== "present";',
    test: RANDOM,
    title: SOON,
  },
  {
    name: "all are gone while the bus stands still",
    file: "daemon/bus/peers.ts",
    find: "    if (wasDeaf) this.#excuseAll();\n",
    replace: "",
    test: PEERS,
    title: STILL,
  },
  {
    name: "who is not heard any more is not missed",
    file: "daemon/bus/questions.ts",
    find: "missing: [...waiting, ...uncertain]",
    replace: "missing: [...waiting]",
    test: QUESTIONS,
    title: "names those that are silent",
  },
  {
    name: "who is heard and does not hear is not missed",
    file: "daemon/bus/heard-node.ts",
    find: '(this.#phase === "unproven" || this.#phase === "silent") &&',
    replace: 'this.#phase === "silent" &&',
    test: QUESTIONS,
    title: "names one that is heard",
  },
  {
    name: "who was killed is missed for longer with each outage of the bus",
    file: "daemon/bus/heard-node.ts",
    find: 'if (this.#phase === "present") this.#heardMs',
    replace: "this.#heardMs",
    test: QUESTIONS,
    title: "names those that are silent",
  },
  {
    name: "a bus that stands still is not noticed",
    file: "daemon/bus/peers.ts",
    find: "if (this.#isDeaf()) this.#lose(",
    replace: "if (this.#isOver) this.#lose(",
    test: PEERS,
    title: STILL,
  },
  {
    name: "why others can't be heard is logged again and again",
    file: "daemon/bus/peers.ts",
    find: "if (this.#isTold || this.#sealing",
    replace: "if (this.#sealing",
    test: PEERS,
    title: STILL,
  },
  {
    name: "a piece of a stranger's is put between those of a run on the bus",
    file: "daemon/bus/pieces.ts",
    find: "if (run !== this.#run || Number(index)",
    replace: "if (Number(index)",
    test: PIECES,
    title: "A run of which a piece is missing, or in which a stranger's begins",
  },
  {
    name: "a run on the bus gives as many messages as a stranger likes",
    file: "daemon/bus/pieces.ts",
    find: " && messages.length < MOST_MESSAGES; ) {",
    replace: "; ) {",
    test: PIECES,
    title: "A stranger's run gives no more messages than a daemon's",
  },
  {
    name: "a stranger's run on the bus is read to its end",
    file: "daemon/bus/postgres-connection.ts",
    find: "void reassembly.take(piece).every(heard)",
    replace: "void reassembly.take(piece).map(heard)",
    test: POSTGRES,
    title: "gives nothing more of a run of which a message was made by no daemon",
  },
  {
    name: "the password of Redis is in the reason",
    file: "daemon/bus/redis-connection.ts",
    find: 'reasonOf(error).replace(/, with args.*/, "")',
    replace: "reasonOf(error)",
    test: REDIS,
    title: "whose server answers with the password",
  },
  {
    name: "a bus that connects and can't send has no backoff",
    file: "daemon/bus/connected-bus.ts",
    find: "    this.#tell({ isUp: true });\n  }",
    replace: "    this.#failures = 0;\n    this.#tell({ isUp: true });\n  }",
    test: CONNECTED,
    title: "A bus that connects and can't send",
  },
  {
    name: "the bus notifies although the queue is half full",
    file: "daemon/bus/postgres-connection.ts",
    find: "where q.usage < ${FULL})",
    replace: "where q.usage < ${FULL} or true)",
    test: POSTGRES,
    title: "is silent while the queue of notifications is half full",
  },
  {
    name: "the bus notifies as often as somebody says something",
    file: "daemon/bus/connected-bus.ts",
    find: "this.#sentMs + this.#options.betweenMs - ",
    replace: "this.#sentMs - ",
    test: POSTGRES,
    title: "says however much by at most 20 transactions a second",
  },
  {
    name: "a bus whose connection is lost stays so",
    file: "daemon/bus/connected-bus.ts",
    find: "    void connection.close();\n    this.#retry(reason);",
    replace: "    void connection.close();\n    this.#tell({ isUp: false, reason });",
    test: POSTGRES,
    title: "that is absent at the start, or whose session is ended",
  },
  {
    name: "a bus keeps its last words",
    file: "daemon/bus/connected-bus.ts",
    find: ".then(() => this.#send());",
    replace: ";",
    test: POSTGRES,
    title: "sends its last words before it stops",
  },
];
