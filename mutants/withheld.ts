import type { Mutant } from "./mutant.ts";

const OWNERS = "test/unit/owners/withheld-events.test.ts";
const TOPIC = "test/unit/topics/owner/owed-events.test.ts";
const IMPORT = "test/pg/events/import.test.ts";
const ONCE = "test/unit/topics/owner/owed-once.test.ts";
const HISTORY = "test/unit/resume/history.test.ts";
const LONG = "test/unit/resume/long-replay.test.ts";
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
    find: "const PAGE_EVENTS = 50;",
    replace: "const PAGE_EVENTS = 20_000;",
    test: OWNERS,
    title:
      "keep nobody's changes waiting, come by pages of 50 between the batch's two snapshots, and are owed until the last",
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
    find: "told === 0 || told < count",
    replace: "told < count",
    test: OWNERS,
    title: "are owed until somebody has looked, also where nothing is left of them",
  },
  {
    name: "withheld events overtake those that wait for a document",
    file: "daemon/owners/publisher.ts",
    find: "    const events = this.#held;\n    this.#held = NO_EVENTS;\n    if",
    replace: "    const events: OwnerEvent[] = [];\n    if",
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
    file: "daemon/topics/owner/pending.ts",
    find: "(owes ? start && rowsOf(start) : undefined)",
    replace: "undefined",
    test: TOPIC,
    title:
      "While events are owed each cursor says how far rows were told, and the last of them brings it to the present",
  },
  {
    name: "what is owed after a new document, and goes out with it, is not lacking to who comes then",
    file: "daemon/topics/owner/owner-topic.ts",
    find: "for (const step of steps) had =",
    replace: "for (const step of steps.slice(-1)) had =",
    test: TOPIC,
    title: "What is owed after another epoch's document, and goes out with it, is lacking to who comes then",
  },
  {
    name: "an import's events come again from its beginning to who is cut off in it",
    file: "daemon/topics/owner/event-frames.ts",
    find: "cursorAt({ ...start, rows: told })",
    replace: "(told, cursorAt(start))",
    test: IMPORT,
    title: "that are cut off again and again while it is told get each of its events once",
  },
  {
    name: "who was slow is told all that is owed, and then again with the others",
    file: "daemon/topics/owner/owner-topic.ts",
    find: "replay(point: ResumePoint, { had }: Progress)",
    replace: "replay(point: ResumePoint, { position: had }: Progress)",
    test: ONCE,
    title: "Who is slow, or cut off and back, while events are owed gets each of them once, in order",
  },
  {
    name: "who was blocked does not ask for what it is owed",
    file: "daemon/hub/subscription.ts",
    find: "this.#ask(phase.progress.had, progress)",
    replace: "this.#ask(phase.progress.position, progress)",
    test: TOPIC,
    title: "Who was blocked meanwhile asks for what it lacks of what was told, and gets the rest with the others",
  },
  {
    name: "a replay up to the middle of a transaction tells all of it",
    file: "daemon/resume/history-cache.ts",
    find: "isMissed(xid) && isTold(xid)",
    replace: "isMissed(xid) && (isTold(xid) || true)",
    test: ONCE,
    title: "Who is slow, or cut off and back, while events are owed gets each of them once, in order",
  },
  {
    name: "a replay up to the middle of a transaction tells nothing of it",
    file: "daemon/resume/history-cache.ts",
    find: "(sees(toTell, xid) || xid === upto.part?.xid)",
    replace: "sees(toTell, xid)",
    test: ONCE,
    title: "Who is slow, or cut off and back, while events are owed gets each of them once, in order",
  },
  {
    name: "what waited for a document brings nobody to where the owed events begin",
    file: "daemon/owners/publisher.ts",
    find: "at === events.length - 1 ? before",
    replace: "at > events.length ? before",
    test: OWNERS,
    title: "come after those that wait for the document of an owner that is read again",
  },
  {
    name: "a part of a transaction is looked for in what was read before it",
    file: "daemon/resume/history-cache.ts",
    find: "part === undefined || sees(this.#reading.snapshot, part.xid)",
    replace: "part === undefined || sees(this.#reading.snapshot, 0n)",
    test: HISTORY,
    title: "a part of a transaction that an earlier read could not see is read anew",
  },
  {
    name: "another owner's bulk statement keeps an owner's transactions open",
    file: "daemon/resume/withheld-reader.ts",
    find: "filter((reset) => (reset.owner ?? owner) === owner)",
    replace: "filter(() => true)",
    test: READER,
    title:
      "say how far each brings who gets it with rows, and of a transaction with a bulk statement that it is not over",
  },
  {
    name: "replays that end in different parts of a transaction are taken for one",
    file: "daemon/resume/history-cache.ts",
    find: "part?.xid, part?.events]",
    replace: "part?.xid]",
    test: HISTORY,
    title:
      "clients whose rows are less far than who came and went are read from there, and told no more of rows than others were",
  },
  {
    name: "rows are read from where who came and went was told",
    file: "daemon/resume/history.ts",
    find: "[since, rowsOf(since)]",
    replace: "[since, since]",
    test: HISTORY,
    title:
      "clients whose rows are less far than who came and went are read from there, and told no more of rows than others were",
  },
  {
    name: "a long replay up to the middle of a transaction tells all of it",
    file: "daemon/resume/long-replay.ts",
    find: "nth > lastPart.events) return [];",
    replace: "nth > 2 * lastPart.events) return [];",
    test: LONG,
    title:
      "up to the middle of a transaction, of which others are told the rest, ends there, from any event's position too",
  },
  {
    name: "a long replay passes over what comes after a transaction of which it tells a part",
    file: "daemon/resume/long-replay.ts",
    find: "mayHaveMore ? xids.indexOf(last.xid) + 1 : xids.length",
    replace: "xids.length",
    test: LONG,
    title: "up to the middle of a transaction that does not commit last is not thought to have all of it",
  },
  {
    name: "a transaction of which a part was told is thought to be told",
    file: "daemon/resume/replay-path.ts",
    find: "    if (xid === this.#partial) return;\n",
    replace: "",
    test: LONG,
    title: "up to the middle of a transaction that does not commit last is not thought to have all of it",
  },
  {
    name: "a transaction of which a part is told is in progress twice",
    file: "daemon/resume/replay-path.ts",
    find: ".running.filter((xid) => xid !== this.#partial)",
    replace: ".running",
    test: LONG,
    title:
      "up to the middle of a transaction, of which others are told the rest, ends there, from any event's position too",
  },
  {
    name: "a bulk statement of a transaction of which a part was told is no doubt",
    file: "daemon/resume/long-replay.ts",
    find: "(sees(upto, xid) || xid === part?.xid)",
    replace: "sees(upto, xid)",
    test: LONG,
    title: "up to the middle of a bulk statement's transaction ends with nobody being able to say what follows",
  },
  {
    name: "a long replay's outline leaves out the transaction of which a part is told",
    file: "daemon/resume/long-history-statement.ts",
    find: " or r.change_xid = $8::xid8)",
    replace: " or $8::xid8 is null)",
    test: IMPORT,
    title: "that come back while it is told, from before it, get each of its events once",
  },
  {
    name: "an import's events say that its owner's document is where it is not yet",
    file: "daemon/owners/publisher.ts",
    find: "rowsAfter: rows, ...this.#told, owes",
    replace: "rowsAfter: rows, snapshot: this.#snapshot, asOf: this.#asOf, owes",
    test: OWNERS,
    title:
      "say how far they bring who gets them with rows, the last of a range to its end, and come from where the document is",
  },
  {
    name: "the last of an import's events do not bring who gets them to its end",
    file: "daemon/owners/withheld-events.ts",
    find: "told === count ? { snapshot: upto } : reached",
    replace: "told > count ? { snapshot: upto } : reached",
    test: OWNERS,
    title:
      "say how far they bring who gets them with rows, the last of a range to its end, and come from where the document is",
  },
  {
    name: "a transaction whose bulk statement is still to be told is over before it",
    file: "daemon/resume/withheld-reader.ts",
    find: " && !bulk.has(xid);",
    replace: ";",
    test: READER,
    title:
      "say how far each brings who gets it with rows, and of a transaction with a bulk statement that it is not over",
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
