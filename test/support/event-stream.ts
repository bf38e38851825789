import { parse } from "valibot";
import { type DownFrame, frame as frameSchema } from "../../protocol/down.ts";
import { CLOSE_EVENT, closeEvent } from "../../protocol/event-stream.ts";
import { STREAM_PATH } from "../../protocol/version.ts";

export interface Message {
  /** What `Last-Event-ID` would be now. */
  readonly id: string;
  readonly frame: DownFrame;
}

const PATIENCE_MS = 20_000;

/** A real client of server-sent events. Every frame is checked against the protocol's schemas. */
export class TestEventStream {
  readonly response: Response;
  readonly messages: Message[] = [];
  /** The data of the last event, and nothing if the stream ended without one. */
  ending: { readonly code: number; readonly reason: string } | undefined;
  /** All that came. */
  text = "";
  #id = "";
  #read = 0;
  #wake: () => void = () => {};
  #isEnded = false;
  readonly #abort: AbortController;

  private constructor(response: Response, abort: AbortController) {
    this.response = response;
    this.#abort = abort;
    this.#consume()
      .catch(() => {})
      .finally(() => {
        this.#isEnded = true;
        this.#wake();
      });
  }

  /** Asks with `headers` besides the `Accept`; returns when the answer's head has come. */
  static async open(port: number, query: string, headers: Record<string, string>): Promise<TestEventStream> {
    const abort = new AbortController();
    const response = await fetch(`http://127.0.0.1:${port}${STREAM_PATH}${query}`, {
      headers: { accept: "text/event-stream", ...headers },
      signal: abort.signal,
    });
    return new TestEventStream(response, abort);
  }

  /** The next message with a frame of this type; those before it are passed over. */
  async next<Type extends string>(type: Type): Promise<Message & { frame: Extract<DownFrame, { type: Type }> }> {
    for (;;) {
      for (let message = this.messages[this.#read]; message !== undefined; message = this.messages[this.#read]) {
        this.#read++;
        if (message.frame.type === type) return message as Message & { frame: Extract<DownFrame, { type: Type }> };
      }
      if (this.#isEnded) throw new Error(`ended before a ${type}; came: ${this.text}`);
      await this.#more(`no ${type}`);
    }
  }

  /** How it ended; rejects if it doesn't, soon. */
  async ended(): Promise<TestEventStream["ending"]> {
    while (!this.#isEnded) await this.#more("no end");
    return this.ending;
  }

  leave(): void {
    this.#abort.abort();
  }

  async #more(what: string): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve, reject) => {
      this.#wake = resolve;
      timer = setTimeout(() => reject(new Error(`${what} in time; came: ${this.text}`)), PATIENCE_MS);
    }).finally(() => clearTimeout(timer));
  }

  async #consume(): Promise<void> {
    const decoder = new TextDecoder();
    let rest = "";
    for await (const chunk of this.response.body ?? []) {
      const text = decoder.decode(chunk as Uint8Array, { stream: true });
      this.text += text;
      const blocks = (rest + text).split("\n\n");
      rest = blocks.pop() ?? "";
      for (const block of blocks) this.#take(block);
      this.#wake();
    }
  }

  #take(block: string): void {
    const fields = new Map(block.split("\n").map((line) => line.split(/: (.*)/s, 2) as [string, string]));
    this.#id = fields.get("id") ?? this.#id;
    const data: unknown = JSON.parse(fields.get("data") ?? "null");
    if (fields.get("event") === CLOSE_EVENT) this.ending = parse(closeEvent, data);
    else this.messages.push({ id: this.#id, frame: parse(frameSchema, data) });
  }
}
