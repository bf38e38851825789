/** What became of operations since the last frame: told to whose they are, each once, in the frame that brings what they changed. */
import type { ChannelOperation } from "../../capture/batch.ts";
import { type Frame, type OwnFrames, withFields } from "../../hub/frame.ts";
import type { SettledAnswer } from "../../../protocol/operation.ts";

export class PendingAnswers {
  /** By their users, and by their clients and numbers. */
  #answers = new Map<string, Map<string, SettledAnswer>>();

  get isEmpty(): boolean {
    return this.#answers.size === 0;
  }

  add({ client, subject, seq, outcome }: ChannelOperation): void {
    const own = this.#answers.get(subject) ?? new Map<string, SettledAnswer>();
    this.#answers.set(subject, own.set(`${client} ${seq}`, { client, seq, ...outcome }));
  }

  clear(): void {
    this.#answers = new Map();
  }

  /** The frame, and for each of these users the same with their answers. All of them are told from then on. */
  putInto(frame: Frame, isForOthers: boolean): Frame {
    if (this.isEmpty) return frame;
    const frames = new Map<string, Frame>();
    for (const [subject, own] of this.#answers) frames.set(subject, withFields(frame, { ops: [...own.values()] }));
    this.clear();
    const own: OwnFrames = { frames, isForOthers };
    return { ...frame, own };
  }
}
