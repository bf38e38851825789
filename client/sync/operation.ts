/** What a client asks to be written, and what becomes of it, as `protocol/operation.ts` checks them. */
import type { RowData } from "../../protocol/json.ts";

/** One change of one row of a channel, as it is sent but for its number. */
export interface Operation {
  /** The channel, `board:3`. */
  readonly topic: string;
  /** The set's name. */
  readonly rows: string;
  readonly op: "set" | "insert" | "delete";
  readonly key: string;
  /** Of a `set`: the name of the fields that change together. */
  readonly register?: string | undefined;
  /** Of a `set`: what its author saw of these fields. */
  readonly base?: RowData | undefined;
  /** Of a `delete`: the row as it was, by which it can be brought back. */
  readonly value?: RowData | undefined;
}

/** What the database made of an operation. */
export type Outcome =
  /** Done; `overwrote`: what stood there instead of `base`; `key`: that of a row whose key the database made. */
  | { readonly outcome: "applied"; readonly overwrote?: RowData | undefined; readonly key?: string | undefined }
  /** Done before, with this outcome. */
  | { readonly outcome: "duplicate"; readonly first: Outcome }
  /** Somebody else has changed the register: this is its value. */
  | { readonly outcome: "conflict"; readonly current: RowData }
  /** The database refused the value. */
  | { readonly outcome: "invalid"; readonly reason: string; readonly constraint?: string | undefined }
  | { readonly outcome: "forbidden" }
  /** The row is there no more. */
  | { readonly outcome: "gone" }
  /** Another operation of its batch failed, the one of this number. */
  | { readonly outcome: "aborted"; readonly failed: number }
  /** Its number is older than what the database remembers: nobody knows whether it was done. */
  | { readonly outcome: "pruned" }
  /** Its number belongs to another operation. */
  | { readonly outcome: "id_reused" }
  /** The number before it has not come: this one is expected. */
  | { readonly outcome: "gap"; readonly expected: number }
  /** May be done later. */
  | { readonly outcome: "retry"; readonly reason?: string | undefined };

/** An {@link Outcome}, and whose it is. */
export type Answer = Outcome & { readonly client: string; readonly seq: number };

/** Why an operation was not done, so that somebody must decide. */
export type Failure =
  | Extract<Outcome, { readonly outcome: "conflict" | "invalid" | "forbidden" | "gone" | "aborted" | "pruned" }>
  /** It could not be sent for a week: it is not sent unasked any more. */
  | { readonly outcome: "expired" }
  /** The daemon does not take it, by this code of a `nack`. */
  | { readonly outcome: "refused"; readonly reason: string };

/** How old an operation may be that is still sent unasked: a week. */
export const MAX_AGE_MS = 7 * 86_400_000;

/** One operation of a queue. */
export interface Entry extends Operation {
  /** Made with it; the same for life. */
  readonly id: string;
  /** When it was made, in milliseconds since 1970. */
  readonly at: number;
  /** Operations of one batch are done all, or none. */
  readonly batch?: string | undefined;
  /** With `seq` what it was sent under, or is about to be; it is sent again under no other. */
  readonly client?: string | undefined;
  readonly seq?: number | undefined;
  readonly failure?: Failure | undefined;
}

/** Whether the later can't be done as meant before it is known what becomes of the earlier: same register, or same row where that comes or goes. */
export function dependsOn(later: Operation, earlier: Operation): boolean {
  return isOfRow(later, earlier) && (later.op !== "set" || earlier.op !== "set" || later.register === earlier.register);
}

export function isOfRow(one: Operation, other: Operation): boolean {
  return one.key === other.key && one.rows === other.rows && one.topic === other.topic;
}
