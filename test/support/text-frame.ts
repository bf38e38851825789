import type { Frame } from "../../daemon/hub/frame.ts";

/** A frame of which only the text matters. */
export function textFrame(text: string): Frame {
  return { bytes: Buffer.from(text), type: text, topic: undefined, position: {}, madeMs: 0 };
}

export function textOf({ bytes }: Frame): string {
  return Buffer.from(bytes).toString();
}
