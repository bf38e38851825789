/**
 * The operations of one user of one browser profile that are not done yet, as a pure machine: whoever keeps a queue (`queue-keeper.ts`)
 * replaces it by the one after an event.
 *
 *     add ─▶ waiting ──send──▶ sent ──answer: applied──▶ gone
 *              ▲                │ ├───answer: retry────▶ sent
 *              └─id_reused, gap─┘ └───any other──▶ failed ──the user decides──▶ gone, perhaps with another in its place
 *
 * What it guarantees (D4): an operation leaves the queue by the answer `applied`, by a decision of the user, or by a later set of its
 * register, which takes its base and speaks for both; and by nothing else. An answer may come twice, late and in any order: it is for the
 * operation that has that client and number and no answer yet, or for none.
 */
import { type Answer, dependsOn, type Entry, type Failure, isOfRow } from "./operation.ts";

export interface Queue {
  /** Counts what happened to it. */
  readonly revision: number;
  /** What the database knows it by. Another from the day on which somebody else uses it too. */
  readonly client: string;
  /** The number of the next that is sent. */
  readonly next: number;
  /** In the order in which they were made. */
  readonly entries: readonly Entry[];
}

/** What happens to a queue: gives the one after, or the same object where nothing changes. Pure: it may be run again on another one. */
export type QueueChange = (queue: Queue) => Queue;

export function emptyQueue(client: string): Queue {
  return { revision: 0, client, next: 1, entries: [] };
}

/** The queue after a change. */
export function changedQueue(queue: Queue, change: QueueChange): Queue {
  const after = change(queue);
  return after === queue ? queue : { ...after, revision: queue.revision + 1 };
}

/** The user changes something. @param instead ids of what has failed, and is decided about by that */
export function added(entries: readonly Entry[], instead: readonly string[] = []): QueueChange {
  return (queue) => {
    const left = queue.entries.filter(({ id, failure }) => !failure || !instead.includes(id));
    return { ...queue, entries: entries.reduce(add, left) };
  };
}

/** These are about to be sent. */
export function numbered(ids: readonly string[]): QueueChange {
  return (queue) => {
    const { client } = queue;
    let { next } = queue;
    const entries = queue.entries.map((entry) =>
      entry.seq !== undefined || entry.failure || !ids.includes(entry.id) ? entry : { ...entry, client, seq: next++ },
    );
    return next === queue.next ? queue : { ...queue, next, entries };
  };
}

/** @param fresh a new client, where one is needed */
export function answered(answers: readonly Answer[], fresh: string): QueueChange {
  return (queue) => answers.reduce((each, answer) => settle(each, answer, fresh), queue);
}

/** These can't be done. */
export function failed(ids: readonly string[], failure: Failure): QueueChange {
  return (queue) =>
    ids.reduce((each, id) => {
      const entry = each.entries.find((one) => one.id === id && !one.failure);
      return entry ? fail(each, entry, failure) : each;
    }, queue);
}

/** A drag is one operation: consecutive sets of one register that wait are the first one's base and the last one's value. */
function add(entries: readonly Entry[], entry: Entry): readonly Entry[] {
  // Whoever sets a register of which the last word has failed has decided.
  const left = entries.filter((one) => !(one.failure && isLaterWord(entry, one)));
  const last = left.findLast(({ topic, failure }) => topic === entry.topic && !failure);
  if (!last || last.seq !== undefined || !isLaterWord(entry, last)) return [...left, entry];
  return replace(left, { ...last, at: entry.at, value: entry.value });
}

function settle(queue: Queue, answer: Answer, fresh: string): Queue {
  const { client, seq, ...told } = answer;
  const holder = (of: number): Entry | undefined =>
    queue.entries.find((one) => one.client === client && one.seq === of && !one.failure);
  const entry = holder(seq);
  if (!entry) return queue;
  const outcome = told.outcome === "duplicate" ? told.first : told;
  switch (outcome.outcome) {
    case "applied":
      return without(rekey(queue, entry, outcome.key), entry);
    case "retry":
    case "duplicate":
      return queue;
    case "gap":
      return holder(outcome.expected) ? queue : again(queue, entry, fresh);
    case "id_reused":
      return again(queue, entry, fresh);
    case "pruned":
      // Nobody knows whether it was done: it is not done again unasked.
      return fail(renewed(queue, entry, fresh), entry, outcome);
    default:
      if (outcome.outcome === "gone" && entry.op === "delete") return without(queue, entry);
      return fail(queue, entry, outcome);
  }
}

/** What its user has done since to a row that the database has given another key. */
function rekey(queue: Queue, entry: Entry, key: string | undefined): Queue {
  if (key === undefined) return queue;
  return { ...queue, entries: queue.entries.map((one) => (isOfRow(one, entry) ? { ...one, key } : one)) };
}

/** The database has done none of it by its number. */
function again(queue: Queue, entry: Entry, fresh: string): Queue {
  const entries = replace(queue.entries, { ...entry, client: undefined, seq: undefined });
  return renewed({ ...queue, entries }, entry, fresh);
}

/** What comes next can't go by this client: it begins anew as another. */
function renewed(queue: Queue, { client }: Entry, fresh: string): Queue {
  return queue.client === client ? { ...queue, client: fresh, next: 1 } : queue;
}

/** Where its user has set the same since, and that waits, that is what there is to be done: the later value on the earlier base. */
function fail(queue: Queue, entry: Entry, failure: Failure): Queue {
  const at = queue.entries.findIndex(({ id }) => id === entry.id);
  const later = queue.entries.find(
    (one, index) => index > at && one.seq === undefined && !one.failure && isLaterWord(one, entry),
  );
  if (!later) return { ...queue, entries: replace(queue.entries, { ...entry, failure }) };
  return without({ ...queue, entries: replace(queue.entries, { ...later, base: entry.base }) }, entry);
}

/** Whether it sets all that the earlier one has set; what is part of a batch stays there. */
function isLaterWord(later: Entry, earlier: Entry): boolean {
  return later.op === "set" && earlier.op === "set" && !later.batch && !earlier.batch && dependsOn(later, earlier);
}

function without(queue: Queue, entry: Entry): Queue {
  return { ...queue, entries: queue.entries.filter(({ id }) => id !== entry.id) };
}

function replace(entries: readonly Entry[], by: Entry): readonly Entry[] {
  return entries.map((entry) => (entry.id === by.id ? by : entry));
}
