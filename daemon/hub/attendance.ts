/**
 * One subscriber's part in what goes on beside its topic: begins with the first snapshot. A subscriber that was blocked is told everything
 * when it has drained: nothing is kept for it.
 */
import type { NackCode } from "../../protocol/codes.ts";
import type { Reader } from "../channels/audience.ts";
import type { Subscriber } from "./subscriber.ts";
import type { Attendant, SideFlush, SideRequest, TopicSide } from "./topic-side.ts";

export class Attendance implements Attendant {
  readonly #side: TopicSide;
  readonly #subscriber: Subscriber;
  /** As it was when it came: a refresh may give its connection another token. */
  readonly reader: Reader | undefined;
  /** How far it was told; undefined: it must be told everything. */
  #told: number | undefined;

  constructor(side: TopicSide, subscriber: Subscriber) {
    this.#side = side;
    this.#subscriber = subscriber;
    this.reader = subscriber.reader;
    side.enter(this);
  }

  get connection(): object {
    return this.#subscriber;
  }

  /** Tells everything where that is owed, and nothing of it is about to come by itself. */
  catchUp(): void {
    if (this.#told === undefined && !this.#side.mustWait()) this.#tellAll();
  }

  follow({ from, to, frames }: SideFlush): void {
    if (this.#subscriber.blocked) this.#told = undefined;
    else if (this.#told === from) this.#tell(frames, to);
    else if (this.#told === undefined || this.#told < from) this.#tellAll();
  }

  take(request: SideRequest): NackCode | undefined {
    return this.#side.take(this, request);
  }

  end(isRemoved: boolean): void {
    this.#side.leave(this, isRemoved);
  }

  #tellAll(): void {
    if (!this.#subscriber.blocked) this.#tell(this.#side.wholeFrames(), this.#side.told);
  }

  #tell(frames: SideFlush["frames"], told: number): void {
    for (const frame of frames) this.#subscriber.send(frame);
    this.#told = told;
  }
}
