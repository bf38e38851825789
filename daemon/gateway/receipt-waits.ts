/** What those hear who wait for a transaction, on a connection and over HTTP. */
import type { NackCode } from "../../protocol/codes.ts";
import type { WaitOutcome } from "../hub/waits.ts";
import type { ReadReceipt, Receipt } from "../stream/receipt.ts";

/** Undefined while nobody can say. */
export type ReceiptReader = (text: string) => ReadReceipt | undefined;

/** Why not; undefined: it was reached. */
export const REFUSAL_OF: Readonly<Record<WaitOutcome, NackCode | undefined>> = {
  reached: undefined,
  timed_out: "timed_out",
  foreign: "foreign_receipt",
  ended: "not_subscribed",
};

/** The receipt, or what is wrong with it. */
export function receiptOf(text: string, read: ReceiptReader): Receipt | NackCode {
  const receipt = read(text);
  if (receipt === undefined) return "unavailable";
  if (receipt === "malformed") return "bad_receipt";
  return receipt === "foreign" ? "foreign_receipt" : receipt;
}
