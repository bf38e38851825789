/**
 * What clients do to rows of channels, and what becomes of it. An operation is known by its `client` and `seq`: sent again, it is not done
 * again. Values are by the names that a channel's `data` gives its columns.
 */
import * as v from "valibot";
import { rowKey, topic } from "./fields.ts";
import { rowData } from "./json.ts";
import { MAX_ROW_KEY_LENGTH } from "./limits.ts";

/** One queue of operations, of one profile of a browser: a UUID in lower case, of the first `sub` that uses it. */
export const operationClient = v.pipe(v.string(), v.regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/));

/** The number of an operation among those of its client: the first is 1, each other one higher than the one before. */
export const seq = v.pipe(v.number(), v.safeInteger(), v.minValue(1));

const name = v.pipe(v.string(), v.minLength(1), v.maxLength(63));

/** Which row. */
const row = {
  seq,
  /** The channel. */
  topic,
  /** The name of the set. */
  rows: name,
  /** Of an inserted row as well: the client makes it, a UUID or a text; where the database does, any text stands for it until the answer. */
  key: v.pipe(rowKey, v.minLength(1), v.maxLength(MAX_ROW_KEY_LENGTH)),
};

export const operation = v.variant("op", [
  v.object({
    ...row,
    op: v.literal("set"),
    /** The name of the columns that change together. */
    register: name,
    /** What they held when their user changed them: all that the register has. */
    base: v.optional(rowData),
    /** All that the register has. */
    value: rowData,
  }),
  v.object({ ...row, op: v.literal("insert"), value: rowData }),
  v.object({ ...row, op: v.literal("delete") }),
]);
export type Operation = v.InferOutput<typeof operation>;

const reason = v.string();

/** What became of an operation, for good. */
const settled = [
  /**
   * Done. `overwrote`: what the register held, where that was not the `base`. `key`: of an inserted row, where the database makes it and not
   * the client.
   */
  v.object({ outcome: v.literal("applied"), overwrote: v.optional(rowData), key: v.optional(rowKey) }),
  /** Of a register that is checked: it holds this, which is not the `base`. Another operation decides. */
  v.object({ outcome: v.literal("conflict"), current: rowData }),
  /** The database refused it, by the constraint of this name where it was one; or it is none that the channel declares. */
  v.object({ outcome: v.literal("invalid"), constraint: v.optional(v.string()), reason }),
  /** Its client may not do this. The same whether there is such a row, or channel, or not. */
  v.object({ outcome: v.literal("forbidden") }),
  /** The row is there no more. */
  v.object({ outcome: v.literal("gone") }),
  /** Of a batch that is `atomic`: nothing of it was done, as the operation of this number failed. */
  v.object({ outcome: v.literal("aborted"), failed: seq }),
] as const;

/** What becomes of an operation without being written down. */
const unsettled = [
  /** It may pass later: repeat it, as it is. */
  v.object({ outcome: v.literal("retry"), reason }),
  /** Its client has done something else by this `seq`: go on as another client. */
  v.object({ outcome: v.literal("id_reused") }),
  /** Operations before it are missing, the first by this number: send them first. */
  v.object({ outcome: v.literal("gap"), expected: seq }),
  /** It was done, and what became of it is no longer known. */
  v.object({ outcome: v.literal("pruned") }),
] as const;

const settledOutcome = v.variant("outcome", [...settled]);
/** What the ledger keeps. */
export type SettledOutcome = v.InferOutput<typeof settledOutcome>;

/** It was done before: what became of it then. */
const duplicate = v.object({ outcome: v.literal("duplicate"), first: settledOutcome });

export const outcome = v.variant("outcome", [...settled, duplicate, ...unsettled]);
export type Outcome = v.InferOutput<typeof outcome>;

/** Whose operation it was. */
const of = { client: operationClient, seq };

export const settledAnswer = v.intersect([v.object(of), settledOutcome]);
/** As a frame brings it, with the rows that it changed. */
export type SettledAnswer = v.InferOutput<typeof settledAnswer>;

export const answer = v.intersect([v.object(of), outcome]);
export type Answer = v.InferOutput<typeof answer>;
