import type { Mutant } from "./mutant.ts";

const OWNERS = "test/unit/owners/withheld-events.test.ts";
const TOPIC = "test/unit/topics/owner/owed-events.test.ts";
const IMPORT = "test/pg/events/import.test.ts";
const READER = "test/pg/resume/withheld-reader.test.ts";

/** Mistakes about an owner's many events: whom they keep waiting, and what becomes of them. */
export const WITHHELD_MUTANTS: readonly Mutant[] = [
  {
    name: "an import's events come with the batch",
    file: "daemon/plan/event-select.ts",
    find: "having count(*) > ${MOST_CHANGES}",
    replace: "having count(*) > 1000 * ${MOST_CHANGES}",
    test: IMPORT,
    title:
      "is folded and published with the batch, beside the whole of another owner's change; its events follow by pages",
  },
  {
    name: "an import's events come with the batch, and are then left out",
    file: "daemon/plan/event-select.ts",
    find: "r\\n    where ${OWNER} not in (select c.owner from ${crowded} c)`",
    replace: "r\\n    where ${OWNER} not in (select c.owner from ${crowded} c where false)`",
    test: IMPORT,
    title:
      "is folded and published with the batch, beside the whole of another owner's change; its events follow by pages",
  },
  {
    name: "all that was withheld is told in one turn",
    file: "daemon/owners/withheld-events.ts",
    find: "const PAGE_EVENTS = 200;",
    replace: "const PAGE_EVENTS = 20_000;",
    test: OWNERS,
    title:
      "keep nobody's changes waiting, come by pages of 200 between the batch's two snapshots, and are owed until the last",
  },
  {
    name: "what happens to an owner meanwhile overtakes what it is owed",
    file: "daemon/owners/withheld-events.ts",
    find: "if (owner.publisher.owes && events.delete(owner)) owed.upto = snapshot;",
    replace: "if (owner.publisher.owes && events.has(owner)) owed.upto = snapshot;",
    test: OWNERS,
    title: "come before what happens to the owner meanwhile, bulk statements too, which are read after them",
  },
  {
    name: "what happened to an owner meanwhile is forgotten",
    file: "daemon/owners/withheld-events.ts",
    find: " && owed.upto === upto;",
    replace: ";",
    test: OWNERS,
    title: "come before what happens to the owner meanwhile, bulk statements too, which are read after them",
  },
  {
    name: "an owner that has no events left stays in debt",
    file: "daemon/owners/withheld-events.ts",
    find: "at === 0 || at < events.length",
    replace: "at < events.length",
    test: OWNERS,
    title: "are owed until somebody has looked, also where nothing is left of them",
  },
  {
    name: "withheld events overtake those that wait for a document",
    file: "daemon/owners/publisher.ts",
    find: "    this.#release(this.#asOf);\n    this.#owes = !areLast;",
    replace: "    this.#owes = !areLast;",
    test: OWNERS,
    title: "come after those that wait for the document of an owner that is read again",
  },
  {
    name: "events that can't be read are passed over",
    file: "daemon/owners/withheld-events.ts",
    find: "    owner.publisher.breakOff();\n",
    replace: "",
    test: OWNERS,
    title:
      "that can't be read make the owner's document one of another epoch, so that clients ask for what they missed",
  },
  {
    name: "events of an epoch that is over are told",
    file: "daemon/owners/withheld-events.ts",
    find: "return this.#owed.get(owner) === owed && owner.publisher.owes;",
    replace: "return owed.isBeingTold && owner.publisher.owes;",
    test: OWNERS,
    title: "that are read when their epoch is over are not taken for those of the next",
  },
  {
    name: "a cursor goes beyond events that are owed",
    file: "daemon/topics/owner/owner-topic.ts",
    find: "const had = owes && before?.epoch === epoch ? before.had : position;",
    replace: "const had = position;",
    test: TOPIC,
    title:
      "While events are owed no cursor goes beyond what came before them, and the last of them brings it to the present",
  },
  {
    name: "the cursor of a batch in between goes beyond events that are owed",
    file: "daemon/topics/owner/event-frames.ts",
    find: "const reached = owes ? start : { ...after, snapshot, asOf };",
    replace: "const reached = { ...after, snapshot, asOf };",
    test: TOPIC,
    title:
      "While events are owed no cursor goes beyond what came before them, and the last of them brings it to the present",
  },
  {
    name: "who was blocked does not ask for what it is owed",
    file: "daemon/hub/subscription.ts",
    find: "this.#ask(phase.progress.had, progress)",
    replace: "this.#ask(phase.progress.position, progress)",
    test: TOPIC,
    title: "Who was blocked meanwhile asks for all that is owed, up to where the document is",
  },
  {
    name: "withheld events are read from another life of the change rows",
    file: "daemon/resume/withheld-reader.ts",
    find: "if (origin?.incarnation !== incarnation) throw",
    replace: "if (origin === undefined) throw",
    test: READER,
    title: "are not read from another life of the change rows, nor where some may be gone",
  },
  {
    name: "withheld events that were pruned are passed over",
    file: "daemon/resume/withheld-reader.ts",
    find: "floor !== undefined && !includes(",
    replace: "floor === since && !includes(",
    test: READER,
    title: "are not read from another life of the change rows, nor where some may be gone",
  },
  {
    name: "withheld events go beyond their batch",
    file: "daemon/capture/statement.ts",
    find: "and pg_visible_in_snapshot(c.change_xid, $5::pg_snapshot)`;",
    replace: "and $5::pg_snapshot is not null`;",
    test: READER,
    title: "are those of the owner between two snapshots, in order of commit",
  },
];
