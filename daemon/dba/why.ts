/** Why a row's writes were, or were not, told: from what was recorded of them to the topics that they concern. Pure. */
import type { FindingCode } from "../database/findings.ts";
import type { ChannelPlan } from "../plan/channel-plan.ts";
import type { Plan } from "../plan/plan.ts";
import { EVERY_ROW, linkColumns, type WatchedTable, WHOLE_KEY } from "../plan/watched-table.ts";
import { spellKey } from "../../protocol/key.ts";
import { parseTopic, printTopic } from "../../protocol/topic.ts";
import type { Image, RecordedWrite, RowHistory } from "./row-history.ts";

export type WhyCode =
  /** What keeps writes of the table from being recorded, or its changes from being read. */
  | FindingCode
  /** It was recorded, and whoever follows one of its topics is told. */
  | "recorded"
  /** The write changed nothing that anything depends on. */
  | "unchanged"
  /** The row is as it was recorded last. */
  | "up_to_date"
  /** There is no such row, and none was recorded. */
  | "no_row"
  /** Its last write is older than what is kept. */
  | "retained_no_more"
  /** It was written where no trigger saw it. */
  | "unrecorded"
  /** Nothing of it is kept, and when it was written can't be seen. */
  | "nothing_kept"
  /** A statement of very many rows: whose they are is recorded, and not which. */
  | "bulk"
  /** Some roles' writes are not recorded. */
  | "skipped_by_role"
  /** What became of the transaction that was asked about. */
  | "committed"
  | "rolled_back"
  | "in_progress"
  | "forgotten";

export interface Reason {
  readonly code: WhyCode;
  /** A sentence for people. */
  readonly meaning: string;
  readonly transaction?: string;
  /** Those whose subscribers are told. */
  readonly topics?: readonly string[];
}

/** Of those whose rows a statement changed. */
const MOST_NAMED = 5;

type Kinds = readonly Pick<Plan | ChannelPlan, "kind" | "tables">[];

/** Newest writes first, then what the row's present state says. */
export function reasonsOf(table: WatchedTable, kinds: Kinds, { now, isOld, writes, bulk }: RowHistory): Reason[] {
  const present = ofPresent(now, isOld, writes);
  const isAsRecorded = present.every(({ code }) => code === "up_to_date");
  return [...writes.map((write) => ofWrite(table, kinds, write)), ...present, ...(isAsRecorded ? [] : ofBulk(bulk))];
}

function ofWrite(table: WatchedTable, kinds: Kinds, write: RecordedWrite): Reason {
  const { transaction, before, after, committed } = write;
  const when = `Transaction ${transaction}${committed === undefined ? "" : ` of ${committed}`}`;
  const changed =
    before && after && table.columns.map(({ name }) => name).filter((name) => !isSame(before[name], after[name]));
  if (changed?.length === 0)
    return {
      code: "unchanged",
      meaning: `${when} wrote it and changed none of the columns that the configuration uses (${table.columns.map(({ name }) => name).join(", ")}): nobody is told.`,
      transaction,
    };
  const did =
    changed === undefined
      ? after
        ? "inserted it"
        : before
          ? "deleted it"
          : "inserted and deleted it"
      : `changed ${changed.join(", ")}`;
  const concerned = [...new Set([before, after].flatMap((image) => (image ? concernedBy(table, kinds, image) : [])))];
  const told = concerned.length > 0 ? `it concerns ${concerned.join(", ")}` : "it is nobody's";
  const topics = concerned.filter((name) => parseTopic(name) !== undefined);
  return { code: "recorded", meaning: `${when} ${did}: ${told}.`, transaction, topics };
}

function ofPresent(now: Image | undefined, isOld: boolean | undefined, writes: readonly RecordedWrite[]): Reason[] {
  const [latest] = writes;
  if (latest !== undefined && isSame(latest.after, now))
    return [
      {
        code: "up_to_date",
        meaning: now ? "The row is as it was recorded last." : "The row is gone, as was recorded.",
      },
    ];
  if (latest === undefined && now === undefined)
    return [
      {
        code: "no_row",
        meaning:
          "There is no such row, and none was recorded: it was rolled back (see --transaction), is not committed yet, or its deletion is no longer kept.",
      },
    ];
  const what = latest === undefined ? "Nothing of the row is kept" : "The row is not as it was recorded last";
  if (latest === undefined && isOld === true)
    return [
      {
        code: "retained_no_more",
        meaning: `${what}: its last write is older than the changes that are kept, none of which is from before capture was last made, switched or altered.`,
      },
    ];
  if (latest === undefined && isOld === undefined)
    return [
      {
        code: "nothing_kept",
        meaning: `${what}: its last write is older than the changes that are kept, or no trigger saw it. Who may read the whole table sees which.`,
      },
    ];
  return [
    {
      code: "unrecorded",
      meaning: `${what}: it was written while no trigger saw it (switched off, disabled, or by a role or a transaction with deltad.capture = off), or by a statement of very many rows.`,
    },
  ];
}

/** The newest alone: each of them has its topics read whole. */
function ofBulk(bulk: RowHistory["bulk"]): Reason[] {
  const transaction = bulk[0]?.transaction;
  if (transaction === undefined) return [];
  const owners = bulk.filter((one) => one.transaction === transaction).map(({ owner }) => owner);
  const named = owners.filter((owner) => owner !== undefined);
  const more = named.length > MOST_NAMED ? ` and ${named.length - MOST_NAMED} more` : "";
  const whose =
    named.length < owners.length ? "all topics" : `the topics of ${named.slice(0, MOST_NAMED).join(", ")}${more}`;
  return [
    {
      code: "bulk",
      meaning: `Transaction ${transaction} changed very many rows of the table, emptied or altered it, or left capture out: ${whose} are read again, without a word of single rows.`,
      transaction,
    },
  ];
}

/** Topics that the row itself names. Of kinds that find it through other rows, that is said instead. */
function concernedBy({ source }: WatchedTable, kinds: Kinds, image: Image): string[] {
  return kinds.flatMap(({ kind, tables }) => {
    const own = tables.find((one) => one.source === source);
    if (own === undefined) return [];
    if (own.owner === EVERY_ROW) return [printTopic({ kind, key: WHOLE_KEY })];
    const key = linkColumns(own.owner).map((column) => image[column]);
    if (key.some((part) => part === null || part === undefined)) return [];
    const [nearest] = own.parents ?? [];
    if (nearest !== undefined) return [`${kind} of ${nearest.table} ${key.join(", ")}`];
    return [printTopic({ kind, key: spellKey(key.map(String)) })];
  });
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** @param status as pg_xact_status() has it; null: too long ago, undefined: there was none by that number yet */
export function reasonOfTransaction(transaction: string, status: string | null | undefined): Reason {
  const of = `Transaction ${transaction}`;
  switch (status) {
    case "committed":
      return { code: "committed", meaning: `${of} is committed.`, transaction };
    case "aborted":
      return { code: "rolled_back", meaning: `${of} was rolled back: nobody is told of it.`, transaction };
    case "in progress":
      return { code: "in_progress", meaning: `${of} is not committed yet: it is told when it is.`, transaction };
    case null:
      return { code: "forgotten", meaning: `${of} is too old: the server has forgotten how it ended.`, transaction };
    default:
      return {
        code: "forgotten",
        meaning: `There has been no transaction ${transaction} in this server yet.`,
        transaction,
      };
  }
}
