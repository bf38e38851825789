import type { FramePosition } from "../../hub/frame.ts";
import type { Request } from "../transports/transport.ts";

/**
 * The tag of a topic's document. Weak: two snapshots of one version hold the same numbers, but say when each was made and how far it
 * is in what happened.
 */
export function entityTag({ epoch, version }: FramePosition): string {
  return `W/"${epoch}.${version}"`;
}

/** Whether `If-None-Match` names this tag, so that the client has it already (RFC 9110, 13.1.2: compared weakly). */
export function isKnown(request: Request, tag: string): boolean {
  const header = request.header("if-none-match")?.trim();
  if (header === undefined) return false;
  if (header === "*") return true;
  const opaque = opaquePart(tag);
  return (header.match(/(?:W\/)?"[^"]*"/g) ?? []).some((candidate) => opaquePart(candidate) === opaque);
}

function opaquePart(tag: string): string {
  return tag.replace(/^W\//, "");
}
