/**
 * One page per owner, in a process of their own, the same for all contenders but for how they are connected. Waits for its {@link PagesTask};
 * sends `"ready"` when each page shows a document, and answers each {@link PagesQuestion}.
 */
import { once } from "node:events";
import type { Arrival } from "../load/write-log.ts";
import type { ClientKind } from "./contender.ts";
import { type Page, PAGES, type ShownDocument } from "./pages.ts";

export interface PagesTask {
  readonly kind: ClientKind;
  readonly port: number;
  /** One for each of the owners 1, 2, … */
  readonly tokens: readonly string[];
  readonly folder: string;
}

/** `begin`: forget what came. `counts`: the writes that each page shows. `take`: what came since. `documents`: what each page shows. */
export type PagesQuestion = "begin" | "counts" | "take" | "documents";

/** Since `begin`. */
export interface PagesResult {
  readonly arrivals: readonly Arrival[];
  /** When one more listing was shown as occupied, in milliseconds since 1970, by owner. */
  readonly occupied: readonly (readonly [owner: string, atMs: number])[];
  readonly bytes: number;
  readonly messages: number;
  /** Documents that no committed state had: parts of two states, or older than one that was shown before. */
  readonly wrong: readonly string[];
  readonly faults: readonly string[];
}

interface Shown {
  readonly total: number;
  /** Each insert adds a booking, each confirmation a confirmed one, and none is ever taken away. */
  readonly writes: number;
  readonly booked: number;
}

process.once("disconnect", () => process.exit());
const [task] = (await once(process, "message")) as [PagesTask];
/** What each page shows: the document, which its connection may change in place, and what was looked at when it came. */
const documents: (ShownDocument | undefined)[] = task.tokens.map(() => undefined);
const shown: (Shown | undefined)[] = task.tokens.map(() => undefined);
const baseline = task.tokens.map(() => 0);
let result = emptyResult();

const open = PAGES[task.kind];
const pages: Page[] = [];
/** All at once would measure how connections are accepted. */
const AT_ONCE = 50;
for (let from = 0; from < task.tokens.length; from += AT_ONCE) {
  const some = task.tokens.slice(from, from + AT_ONCE).map((token, at) => {
    const owner = from + at;
    return open({
      port: task.port,
      owner: String(owner + 1),
      token,
      folder: task.folder,
      onDocument: (document) => show(owner, document),
      onBytes: (bytes) => {
        result.bytes += bytes;
        result.messages += 1;
      },
    });
  });
  pages.push(...(await Promise.all(some)));
}
process.send?.("ready");

process.on("message", (question: PagesQuestion) => process.send?.(ANSWERS[question]()));

const ANSWERS: Readonly<Record<PagesQuestion, () => unknown>> = {
  begin: () => {
    result = emptyResult();
    for (const [owner, last] of shown.entries()) baseline[owner] = last?.writes ?? 0;
    return "begun";
  },
  counts: () => shown.map((last) => last?.writes ?? 0),
  take: () => ({ ...result, faults: pages.flatMap(faultOf) }) satisfies PagesResult,
  documents: () => documents.map((document, owner) => [String(owner + 1), document]),
};

function show(owner: number, document: ShownDocument): void {
  const atNs = process.hrtime.bigint();
  const { total, byStatus } = document.bookings;
  const sum = Object.values(byStatus).reduce((all, count) => all + count, 0);
  if (sum !== total) result.wrong.push(`owner ${owner + 1}: ${total} bookings, and ${sum} by their states`);
  const before = shown[owner];
  const now = { total, writes: total + (byStatus["confirmed"] ?? 0), booked: document.occupancy.booked ?? 0 };
  documents[owner] = document;
  shown[owner] = now;
  if (before === undefined) return;
  if (now.total < before.total || now.writes < before.writes)
    result.wrong.push(`owner ${owner + 1}: from ${before.writes} writes back to ${now.writes}`);
  if (now.booked > before.booked) result.occupied.push([String(owner + 1), performance.timeOrigin + performance.now()]);
  if (now.writes !== before.writes)
    result.arrivals.push({ owner, included: now.writes - (baseline[owner] ?? 0), atNs });
}

function emptyResult() {
  const arrivals: Arrival[] = [];
  const occupied: (readonly [string, number])[] = [];
  const wrong: string[] = [];
  return { arrivals, occupied, wrong, bytes: 0, messages: 0 };
}

function faultOf(page: Page): string[] {
  try {
    page.assertHealthy();
    return [];
  } catch (error) {
    return [String(error)];
  }
}
