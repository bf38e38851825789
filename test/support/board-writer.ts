/**
 * A client that writes to the widgets of a board as docs/protocol.md says a client must: what it shows, what it has sent, and what became of it.
 * Answers that ride in frames are taken with the rows of these frames; whatever comes instead of such a frame has it repeat what has no answer.
 */
import type { DownFrame } from "../../protocol/down.ts";
import type { Answer, Operation, Outcome } from "../../protocol/operation.ts";
import { ShownRows } from "./rooms.ts";
import { clientId } from "./boards.ts";
import { TestSocket } from "./socket.ts";

const SET = "widgets";

/** All of an operation but whose it is and in which channel. */
export type Wanted = Operation extends infer One
  ? One extends Operation
    ? Omit<One, "seq" | "topic" | "rows">
    : never
  : never;

export function place(key: string, x: number, base?: number): Wanted {
  return {
    op: "set",
    key,
    register: "place",
    value: { x, y: 0 },
    ...(base === undefined ? {} : { base: { x: base, y: 0 } }),
  };
}

interface Settled {
  readonly outcome: Outcome;
  /** What it showed once it had taken the frame that brought the answer. */
  readonly shown: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
}

export class BoardWriter {
  readonly client: string;
  readonly user: string;
  #socket: TestSocket | undefined;
  readonly #board: string;
  #shown: ShownRows;
  #isThere = false;
  #taken = 0;
  #seq = 0;
  #requests = 0;
  /** Sent, and not answered. */
  readonly #open = new Map<number, readonly Operation[]>();
  /** All batches that were sent, by their first numbers. */
  readonly #sent = new Map<number, readonly Operation[]>();
  /** What each batch is repeated with. */
  readonly #atomic = new Set<number>();
  readonly settled = new Map<number, Settled>();
  /** After each frame: what was shown, and the numbers that had an answer. */
  onFrame: ((writer: BoardWriter) => void) | undefined;

  /** @param number of its client */
  constructor(user: string, number: number, board = "board:1") {
    this.user = user;
    this.client = clientId(number);
    this.#board = board;
    this.#shown = new ShownRows(board, SET);
  }

  get shown(): ReadonlyMap<string, Readonly<Record<string, unknown>>> {
    return new Map(this.#shown.items);
  }

  /** The rows have come. */
  get isThere(): boolean {
    return this.#isThere;
  }

  get isConnected(): boolean {
    return this.#socket?.native.readyState === 1;
  }

  /** How many operations have no answer. */
  get waiting(): number {
    return this.#open.size;
  }

  get seq(): number {
    return this.#seq;
  }

  async connect(port: number, token: string): Promise<void> {
    const socket = new TestSocket(port, { headers: { authorization: `Bearer ${token}` } });
    this.#socket = socket;
    this.#shown = new ShownRows(this.#board, SET);
    this.#isThere = false;
    this.#taken = 0;
    socket.native.on("message", () => this.#take(socket));
    socket.native.on("error", () => undefined);
    await socket.next("welcome");
    this.#subscribe();
    await socket.next("rows");
  }

  /** Cuts the connection without a word; what it has sent may have been done. */
  cut(): void {
    this.#socket?.terminate();
    this.#socket = undefined;
    this.#isThere = false;
  }

  /** The number of the first. */
  send(wanted: readonly Wanted[], atomic = false): number {
    const first = this.#seq + 1;
    const operations = wanted.map((one) => ({ seq: (this.#seq += 1), topic: this.#board, rows: SET, ...one }));
    if (atomic) this.#atomic.add(first);
    this.#sent.set(first, operations);
    for (const { seq } of operations) this.#open.set(seq, operations);
    this.#say(operations);
    return first;
  }

  /** Sends again what has no answer, each batch as it was. */
  repeat(): void {
    for (const operations of new Set(this.#open.values())) this.#say(operations);
  }

  /** Sends a batch once more, though it has its answer. */
  again(first: number): void {
    const operations = this.#sent.get(first) ?? [];
    for (const { seq } of operations) this.#open.set(seq, operations);
    this.#say(operations);
  }

  #subscribe(): void {
    this.#socket?.say({ type: "subscribe", id: "s", topic: this.#board });
  }

  #say(operations: readonly Operation[]): void {
    const [{ seq } = { seq: 0 }] = operations;
    const atomic = this.#atomic.has(seq);
    const id = `o${(this.#requests += 1)}`;
    const message = { type: "operate" as const, id, client: this.client, operations: [...operations], atomic };
    if (this.#socket?.native.readyState === 1) this.#socket.say(message);
  }

  #take(socket: TestSocket): void {
    for (let frame = socket.heard[this.#taken]; frame !== undefined; frame = socket.heard[this.#taken]) {
      this.#taken += 1;
      if (socket !== this.#socket) return;
      this.#frame(frame);
    }
  }

  #frame(frame: DownFrame): void {
    this.#shown.take(frame);
    if (frame.type === "rows") {
      this.#isThere = true;
      this.repeat();
    }
    if (frame.type === "rows_changed" && "ops" in frame) this.#answers(frame.ops as readonly Answer[]);
    if (frame.type === "operated") this.#answers((frame as unknown as { answers: readonly Answer[] }).answers);
    if (frame.type === "topic_closed") this.repeat();
    // Who was let in a moment ago is refused where the daemon has not read that yet, and hears when it has.
    if (frame.type === "topic_available") this.#subscribe();
    this.onFrame?.(this);
  }

  #answers(answers: readonly Answer[]): void {
    for (const { client, seq, ...outcome } of answers) {
      // Those of another client of this user.
      if (client !== this.client || !this.#open.has(seq)) continue;
      if (outcome.outcome === "retry" || outcome.outcome === "gap") continue;
      this.#open.delete(seq);
      this.settled.set(seq, { outcome, shown: this.shown });
    }
  }
}
