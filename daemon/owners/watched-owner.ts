import type { Log } from "../config/log.ts";
import { Backoff } from "../database/backoff.ts";
import { NEW_OWNER, transition } from "./owner-machine.ts";
import type { Effect, Phase, PhaseEvent } from "./owner-phase.ts";
import type { OwnerPublisher } from "./publisher.ts";

/** One owner that somebody subscribed to: its phase of life, and its publisher. */
export class WatchedOwner {
  /** Canonical text of its key. */
  readonly id: string;
  readonly publisher: OwnerPublisher;
  #phase = NEW_OWNER;

  constructor(id: string, publisher: OwnerPublisher) {
    this.id = id;
    this.publisher = publisher;
  }

  get phase(): Phase {
    return this.#phase;
  }

  /** Whether the event would lead to another phase. */
  isMovedBy(event: PhaseEvent): boolean {
    return transition(this.#phase, event).phase !== this.#phase;
  }

  /** The only way to another phase. For {@link OwnerDriver}, which sees to the effects. */
  move(event: PhaseEvent): readonly Effect[] {
    const { phase, effects } = transition(this.#phase, event);
    this.#phase = phase;
    return effects;
  }
}

/** How owners wait in a `LoadQueue`. */
export const OWNER_LOADS = {
  newBackoff: (log: Log): Backoff => new Backoff(log, "loading owners"),
  groupSize: 1000,
  isWaiting: ({ phase }: WatchedOwner): boolean => phase.kind === "waiting",
};

/** The version that subscribers have of an owner who waits to be loaded; undefined of one who does not. */
export function waitsAt({ phase, publisher }: WatchedOwner): number | undefined {
  return phase.kind === "waiting" || phase.kind === "loading" ? publisher.version : undefined;
}
