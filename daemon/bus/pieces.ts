/**
 * Messages as short texts, and back: a notification of PostgreSQL carries less than 8,000 bytes of text. What is sent at once is one run of
 * bytes or, above {@link MOST_MESSAGES}, several, cut into pieces `run.index.total.base64`. They arrive in order and together, as they are notified in one transaction; a run of which one
 * is missing, or in which somebody else's begins, is dropped.
 */
import { randomBytes } from "node:crypto";

/** With its head below the 7.5 KB that any server takes. */
const PIECE_CHARACTERS = 7_400;
/** 4.4 MB, above all that is ever sent at once. */
const MOST_PIECES = 800;
/** Of one run, which is read in one turn: anybody may make one, and a piece has room for a thousand empty messages. */
const MOST_MESSAGES = 500;
const LENGTH_BYTES = 4;

export function piecesOf(messages: readonly Uint8Array[]): string[] {
  const pieces: string[] = [];
  for (let at = 0; at < messages.length; at += MOST_MESSAGES)
    pieces.push(...piecesOfRun(messages.slice(at, at + MOST_MESSAGES)));
  return pieces;
}

/** None where it is more than {@link MOST_PIECES}. */
function piecesOfRun(messages: readonly Uint8Array[]): string[] {
  const run = randomBytes(6).toString("hex");
  const text = Buffer.concat(messages.flatMap((message) => [lengthOf(message), message])).toString("base64");
  const total = Math.ceil(text.length / PIECE_CHARACTERS);
  if (total > MOST_PIECES) return [];
  return Array.from({ length: total }, (_, at) => {
    const part = text.slice(at * PIECE_CHARACTERS, (at + 1) * PIECE_CHARACTERS);
    return `${run}.${at}.${total}.${part}`;
  });
}

export class Reassembly {
  #run = "";
  #parts: string[] = [];

  /** The messages of the run whose last piece this is. */
  take(piece: string): Uint8Array[] {
    const [, run = "", index = "", total = "", part = ""] =
      /^(\w{12})\.(\d{1,4})\.(\d{1,4})\.([\w+/=]+)$/.exec(piece) ?? [];
    if (run === "" || Number(total) > MOST_PIECES) return [];
    if (index === "0") {
      this.#run = run;
      this.#parts = [];
    }
    if (run !== this.#run || Number(index) !== this.#parts.length) return [];
    this.#parts.push(part);
    if (this.#parts.length !== Number(total)) return [];
    const bytes = Buffer.from(this.#parts.join(""), "base64");
    this.#run = "";
    this.#parts = [];
    return messagesIn(bytes);
  }
}

function lengthOf(message: Uint8Array): Buffer {
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(message.byteLength);
  return length;
}

function messagesIn(bytes: Buffer): Uint8Array[] {
  const messages: Uint8Array[] = [];
  for (let at = 0; at + LENGTH_BYTES <= bytes.length && messages.length < MOST_MESSAGES; ) {
    const end = at + LENGTH_BYTES + bytes.readUInt32BE(at);
    messages.push(bytes.subarray(at + LENGTH_BYTES, end));
    at = end;
  }
  return messages;
}
