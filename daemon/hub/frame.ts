import type { DownFrame } from "../../protocol/down.ts";

/** A message to a client, encoded once for all who get it: UTF-8 JSON, never changed after it was made. */
export type Frame = Uint8Array;

export function encode(message: DownFrame): Frame {
  return Buffer.from(JSON.stringify(message));
}

/** The same frame, with what is this receiver's alone. */
export function withFields(frame: Frame, fields: { readonly id?: string; readonly recovered?: boolean }): Frame {
  const own = JSON.stringify(fields);
  return own === "{}" ? frame : Buffer.concat([Buffer.from(`${own.slice(0, -1)},`), frame.subarray(1)]);
}
