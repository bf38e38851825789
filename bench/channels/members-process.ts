/**
 * Members of rooms, each with a socket of its own that keeps the room's rows as a page would, in a process of their own. Waits for its
 * {@link MembersTask}. Sends `"ready"` when each has its room's rows; answers `"counts"` with how many messages each has heard of, and `"end"` with a {@link MembersResult}.
 */
import { once } from "node:events";
import { RowSet, type WireChange, type WireItem } from "../../client/channels/row-set.ts";
import type { Arrival } from "../load/write-log.ts";
import { fewAtOnce } from "../support/few-at-once.ts";
import { TopicSocket } from "../support/topic-socket.ts";

export interface MembersTask {
  readonly port: number;
  readonly members: readonly { readonly room: number; readonly token: string; readonly topic: string }[];
}

export interface MembersResult {
  /** Of each room's first member: `included` messages since the beginning. */
  readonly arrivals: readonly Arrival[];
  /** How many times a member was told of a row that it had, or of one by a frame that does not follow. */
  readonly faults: number;
  /** The keys of the rows that each member ended with, in their order. */
  readonly rows: readonly { readonly room: number; readonly keys: readonly string[] }[];
}

interface Frame {
  readonly type: string;
  readonly version: number;
  readonly previous?: number;
  readonly sets?: Readonly<Record<string, { readonly items: readonly WireItem[]; readonly from: string | null }>>;
  readonly changes?: readonly WireChange[];
}

process.once("disconnect", () => process.exit());
const [task] = (await once(process, "message")) as [MembersTask];
const held = task.members.map(() => new RowSet());
const heard = task.members.map(() => 0);
const versions = task.members.map(() => 0);
const arrivals: Arrival[] = [];
const measured = new Set<number>();
let faults = 0;

await fewAtOnce(task.members, join);
process.send?.("ready");

process.on("message", (question) => {
  if (question === "counts") process.send?.(heard);
  else process.send?.(result(), () => process.exit());
});

async function join(member: MembersTask["members"][number], at: number): Promise<void> {
  const isMeasured = !measured.has(member.room);
  measured.add(member.room);
  await TopicSocket.subscribed(task.port, member.token, member.topic, (text, atNs) => {
    const before = heard[at] ?? 0;
    take(at, JSON.parse(text) as Frame);
    const included = heard[at] ?? 0;
    if (isMeasured && included > before) arrivals.push({ owner: member.room - 1, included, atNs });
  });
}

function take(at: number, { type, version, previous, sets, changes }: Frame): void {
  const rows = held[at];
  if (rows === undefined) return;
  if (type === "rows") {
    const { items = [], from = null } = sets?.["messages"] ?? {};
    // The first has what was there before.
    const told = rows.replace(items, from);
    if (versions[at] !== 0) heard[at] = (heard[at] ?? 0) + told.filter(({ what }) => what === "inserted").length;
    versions[at] = version;
  } else if (type === "rows_changed") {
    if (previous !== versions[at]) faults += 1;
    versions[at] = version;
    for (const change of changes ?? []) {
      if (change[1] === "inserted") heard[at] = (heard[at] ?? 0) + 1;
      if (rows.apply(change)?.what === "updated") faults += 1;
    }
  }
}

function result(): MembersResult {
  return {
    arrivals,
    faults,
    rows: task.members.map(({ room }, at) => ({ room, keys: held[at]?.items.map(({ key }) => key) ?? [] })),
  };
}
