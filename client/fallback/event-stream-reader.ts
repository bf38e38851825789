/** One message of a server-sent event stream. */
export interface StreamMessage {
  /** `message` where the stream names none. */
  readonly event: string;
  readonly data: string;
}

/** Takes a stream apart as it comes, in pieces of any size. Comments and fields that aren't needed are skipped. */
export class EventStreamReader {
  readonly #decoder = new TextDecoder();
  #rest = "";

  read(chunk: Uint8Array): StreamMessage[] {
    this.#rest += this.#decoder.decode(chunk, { stream: true }).replaceAll("\r", "");
    const blocks = this.#rest.split("\n\n");
    this.#rest = blocks.pop() ?? "";
    return blocks.flatMap((block) => {
      const data = fieldOf(block, "data");
      return data === undefined ? [] : { event: fieldOf(block, "event") ?? "message", data };
    });
  }
}

function fieldOf(block: string, name: string): string | undefined {
  const line = block.split("\n").find((each) => each.startsWith(`${name}:`));
  return line?.slice(name.length + 1).trimStart();
}
