import * as v from "valibot";
import type { ErrorCode } from "../../../protocol/codes.ts";
import { requestId } from "../../../protocol/fields.ts";
import { type Up, up } from "../../../protocol/up.ts";

/** A message that made sense, or what was wrong with it. */
export type Inbound =
  | { readonly kind: "message"; readonly message: Up }
  | { readonly kind: "nonsense"; readonly code: ErrorCode; readonly text: string; readonly id?: string };

const KNOWN_TYPES: ReadonlySet<unknown> = new Set(up.options.map((option) => option.entries.type.literal));

/** @param text undefined for a binary message */
export function readMessage(text: string | undefined, maxDepth: number): Inbound {
  if (text === undefined) return nonsense("binary", "send text");
  const read = readJson(text, maxDepth);
  if (read === undefined) return nonsense("too_deep", `nest at most ${maxDepth} deep`);
  const { value } = read;
  if (typeof value !== "object" || value === null) return nonsense("bad_json", "a message is a JSON object");
  const result = v.safeParse(up, value);
  if (result.success) return { kind: "message", message: result.output };
  if (!KNOWN_TYPES.has((value as { type?: unknown }).type)) return nonsense("unknown_type", "no such type of message");
  const field = v.getDotPath(result.issues[0]);
  const id = v.safeParse(requestId, (value as { id?: unknown }).id);
  const said = nonsense("invalid_message", `the field ${field ?? "type"} is missing or not valid`);
  return id.success ? { ...said, id: id.output } : said;
}

function nonsense(code: ErrorCode, text: string): Extract<Inbound, { kind: "nonsense" }> {
  return { kind: "nonsense", code, text };
}

/** What JSON says, nothing where it is none; undefined where it nests too deep. */
export function readJson(text: string, maxDepth: number): { readonly value?: unknown } | undefined {
  if (isDeeperThan(text, maxDepth)) return undefined;
  try {
    return { value: JSON.parse(text) };
  } catch {
    return {};
  }
}

/** Whether a text, read as JSON, nests deeper than `most`. Looked at before it is parsed: a parser would build it all first. */
function isDeeperThan(text: string, most: number): boolean {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (inString) {
      if (code === BACKSLASH) at++;
      else if (code === QUOTE) inString = false;
    } else if (code === QUOTE) inString = true;
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      if (++depth > most) return true;
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) depth--;
  }
  return false;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
