/** What one daemon asks of all others: each answers for itself, and who has not within two seconds, or the time given, is named. */
import * as v from "valibot";
import type { Timers } from "../config/timers.ts";
import type { BusPeers } from "./peers.ts";

export interface Answers {
  /** By the daemons that gave them: of this database, though perhaps of another release. */
  readonly answers: ReadonlyMap<string, unknown>;
  /** Daemons that are there, and have not answered, and those that may be there but are not heard, and are not waited for. */
  readonly missing: readonly string[];
  /** Others may be there that can't be heard. */
  readonly isPartial: boolean;
}

export interface QuestionsOptions extends Timers {
  readonly peers: Pick<BusPeers, "node" | "present" | "uncertain" | "isPartial" | "say" | "listen">;
}

interface OpenQuestion {
  readonly waiting: Set<string>;
  readonly answers: Map<string, unknown>;
  readonly settle: () => void;
}

/** Gives, now or later, what this daemon answers, as JSON; undefined where it can't make sense of the question. Never rejects. */
type Answerer = (body: unknown) => unknown;

const PATIENCE_MS = 2_000;
const QUESTION = v.object({ id: v.number(), about: v.string(), body: v.unknown() });
const ANSWER = v.object({ to: v.string(), id: v.number(), body: v.unknown() });

export class Questions {
  readonly #options: QuestionsOptions;
  readonly #answerers = new Map<string, Answerer>();
  readonly #open = new Map<number, OpenQuestion>();
  #asked = 0;

  constructor(options: QuestionsOptions) {
    this.#options = options;
    const gone = (): void => undefined;
    options.peers.listen("question", { heard: (from, body) => this.#answer(from, body), gone });
    options.peers.listen("answer", { heard: (from, body) => this.#take(from, body), gone });
  }

  answer(about: string, answer: Answerer): void {
    this.#answerers.set(about, answer);
  }

  /** Resolves at once where there is nobody else, and after `patienceMs` at the latest. */
  async ask(about: string, body: unknown, patienceMs = PATIENCE_MS): Promise<Answers> {
    const { peers } = this.#options;
    const { present, uncertain } = peers;
    const waiting = new Set(present);
    const answers = new Map<string, unknown>();
    if (waiting.size > 0) await this.#tell({ about, body }, waiting, answers, patienceMs);
    return { answers, missing: [...waiting, ...uncertain], isPartial: peers.isPartial };
  }

  /** Nobody is waited for any more. */
  stop(): void {
    for (const { settle } of this.#open.values()) settle();
  }

  #tell(question: object, waiting: Set<string>, answers: Map<string, unknown>, patienceMs: number): Promise<void> {
    const { peers, setTimeout, clearTimeout } = this.#options;
    const id = (this.#asked += 1);
    return new Promise((resolve) => {
      const settle = (): void => {
        clearTimeout(timer);
        this.#open.delete(id);
        resolve();
      };
      const timer = setTimeout(settle, patienceMs);
      this.#open.set(id, { waiting, answers, settle });
      peers.say("question", { id, ...question });
    });
  }

  #answer(from: string, said: unknown): void {
    const question = v.safeParse(QUESTION, said);
    if (!question.success) return;
    const { id, about, body } = question.output;
    const say = (answer: unknown): void => {
      if (answer !== undefined) this.#options.peers.say("answer", { to: from, id, body: answer });
    };
    const answer = this.#answerers.get(about)?.(body);
    if (answer instanceof Promise) void answer.then(say);
    else say(answer);
  }

  #take(from: string, said: unknown): void {
    const answer = v.safeParse(ANSWER, said);
    if (!answer.success || answer.output.to !== this.#options.peers.node) return;
    const open = this.#open.get(answer.output.id);
    if (open === undefined || !open.waiting.delete(from)) return;
    open.answers.set(from, answer.output.body);
    if (open.waiting.size === 0) open.settle();
  }
}
