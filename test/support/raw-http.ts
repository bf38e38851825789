import { once } from "node:events";
import { connect, type Socket } from "node:net";

export interface RawAnswer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
  /** Still open after a 101. */
  readonly socket: Socket;
}

/** Sends a request byte for byte as given, and reads its answer. Headers that are undefined are left out. */
export async function exchange(
  port: number,
  method: string,
  path: string,
  headers: Readonly<Record<string, string | undefined>>,
): Promise<RawAnswer> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  const lines = Object.entries(headers).filter(([, value]) => value !== undefined);
  socket.write(`${method} ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`);
  let text = "";
  for (;;) {
    const answer = parse(text, method === "HEAD");
    if (answer !== undefined) {
      if (answer.status !== 101) socket.destroy();
      return { ...answer, socket };
    }
    const data = await nextData(socket);
    if (data === undefined) throw new Error(`closed without an answer: ${text}`);
    text += data;
  }
}

async function nextData(socket: Socket): Promise<string | undefined> {
  if (socket.closed) return undefined;
  // One that is reset is closed, too.
  const data = await Promise.race([once(socket, "data"), once(socket, "close").then(() => undefined)]).catch(
    () => undefined,
  );
  return data && String(data[0]);
}

function parse(text: string, isHead = false): Omit<RawAnswer, "socket"> | undefined {
  const end = text.indexOf("\r\n\r\n");
  if (end === -1) return undefined;
  const [first = "", ...lines] = text.slice(0, end).split("\r\n");
  const headers = new Map(
    lines.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 1).trim()]),
  );
  const body = text.slice(end + 4);
  if (!isHead && body.length < Number(headers.get("content-length") ?? 0)) return undefined;
  return { status: Number(first.split(" ")[1]), headers, body };
}

/** A connection that stays open between requests. */
export class KeptConnection {
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  static async open(port: number): Promise<KeptConnection> {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => {});
    await once(socket, "connect");
    return new KeptConnection(socket);
  }

  /** The status of a short answer; undefined if the connection is closed instead. */
  async get(path: string): Promise<number | undefined> {
    this.#socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`);
    let text = "";
    for (let answer = parse(text); ; answer = parse(text)) {
      if (answer !== undefined) return answer.status;
      const data = await nextData(this.#socket);
      if (data === undefined) return undefined;
      text += data;
    }
  }

  destroy(): void {
    this.#socket.destroy();
  }
}
