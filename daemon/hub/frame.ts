import type { DownFrame } from "../../protocol/down.ts";

/** A message to a client, encoded once for all who get it: UTF-8 JSON, never changed after it was made. */
export type Frame = Uint8Array;

export function encode(message: DownFrame): Frame {
  return Buffer.from(JSON.stringify(message));
}

/** The same frame as the answer to a request. */
export function withId(frame: Frame, id: string): Frame {
  return Buffer.concat([Buffer.from(`{"id":${JSON.stringify(id)},`), frame.subarray(1)]);
}
