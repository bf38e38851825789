import { unreachable } from "../config/unreachable.ts";
import type { Clock } from "../metrics/clock.ts";
import type { Log } from "../config/log.ts";
import { MOST_GROUP_KEYS, type Overfull } from "../metrics/document.ts";
import type { BoundaryTimer } from "./boundary-timer.ts";
import type { LoadedOwner } from "./loaded-owner.ts";
import type { LoadQueue } from "./load-queue.ts";
import { occupantEvent, type OwnerEvent } from "./owner-event.ts";
import type { UnreadableOwners } from "./unreadable-owners.ts";
import type { Effect, KnownOccupants, PhaseEvent } from "./owner-phase.ts";
import type { WatchedOwner } from "./watched-owner.ts";

export interface OwnerDriverOptions {
  readonly queue: Pick<LoadQueue<WatchedOwner>, "add" | "addAlone" | "addUrgent" | "remove">;
  readonly boundaries: Pick<BoundaryTimer<WatchedOwner>, "set" | "delete">;
  readonly unreadable: Pick<UnreadableOwners, "add" | "delete">;
  readonly clock: Pick<Clock, "now">;
  /** That of the current epoch. */
  readonly incarnation: () => string;
  readonly log: Log;
}

/** Moves owners through their phases, and runs the effects of each transition. */
export class OwnerDriver {
  readonly #with: OwnerDriverOptions;

  constructor(options: OwnerDriverOptions) {
    this.#with = options;
  }

  /** Gives false where the event leaves the owner in its phase. */
  dispatch(owner: WatchedOwner, event: PhaseEvent): boolean {
    const before = owner.phase;
    const effects = owner.move(event);
    const isMoved = owner.phase !== before;
    for (const effect of effects) this.#run(owner, effect);
    return isMoved;
  }

  /** Moves a live owner to the present, with no write. */
  advance(owner: WatchedOwner): void {
    const { phase } = owner;
    if (phase.kind !== "live") return;
    phase.numbers.advance(this.#with.clock.now());
    this.publishChanges(owner, phase.numbers, []);
  }

  /** Publishes the changes of a live owner's numbers, after the events that came with them, and sets its next instant. */
  publishChanges(owner: WatchedOwner, numbers: LoadedOwner, events: readonly OwnerEvent[]): void {
    owner.publisher.events([...events, ...this.#occupantEvents(numbers)], numbers.t);
    this.#show(owner, numbers);
    this.#with.boundaries.set(owner, numbers.next);
  }

  /** Has a live owner read again whose numbers don't tell its document any more; the events that came with them wait for it. */
  readAgain(owner: WatchedOwner, numbers: LoadedOwner, events: readonly OwnerEvent[]): void {
    owner.publisher.hold([...events, ...this.#occupantEvents(numbers)]);
    this.dispatch(owner, { type: "outdated" });
  }

  /** A document that is too large is not shown until it is smaller; its numbers are kept meanwhile. */
  #show({ id, publisher }: WatchedOwner, numbers: LoadedOwner): void {
    const { overfull } = numbers;
    if (overfull !== undefined) {
      if (!publisher.isStale) this.#tellOverfull(id, overfull);
      publisher.stale("too_many_groups", numbers.t);
    } else if (numbers.hasDocument) {
      const patch = numbers.patch();
      if (patch !== undefined) publisher.patch(patch, numbers.t);
      publisher.live();
    } else publisher.document(numbers.document(), numbers.t);
  }

  #tellOverfull(owner: string, { path, keys }: Overfull): void {
    const fields = { owner, metric: path.join("."), keys, most: MOST_GROUP_KEYS };
    this.#with.log.warn(
      fields,
      "a group has more keys than a document shows, and its owner is stale: group by a column of fewer values",
    );
  }

  #run(owner: WatchedOwner, effect: Effect): void {
    const { queue, boundaries, unreadable: aside, clock } = this.#with;
    switch (effect.do) {
      case "queue":
        return queue.addUrgent(owner);
      case "queueAlone":
        return queue.addAlone(owner, effect.tries);
      case "queueWithOthers":
        return queue.add(owner);
      case "leaveQueue":
        return queue.remove(owner);
      case "stopClock":
        return boundaries.delete(owner);
      case "setAside":
        return aside.add(owner, effect.reason);
      case "takeBack":
        return aside.delete(owner);
      case "endPublication":
        return owner.publisher.end();
      case "breakPublication":
        return owner.publisher.breakOff();
      case "publishStale":
        return owner.publisher.stale(effect.reason, effect.since ?? clock.now());
      case "publishEmpty":
        return owner.publisher.document({}, clock.now());
      case "publishLoaded":
        return this.#publishLoaded(owner, effect.numbers, effect.knownOccupants);
      default:
        return unreachable(effect);
    }
  }

  #publishLoaded(owner: WatchedOwner, numbers: LoadedOwner, knownOccupants: KnownOccupants): void {
    numbers.advance(this.#with.clock.now());
    numbers.occupants?.settle(knownOccupants);
    owner.publisher.hold(this.#occupantEvents(numbers));
    this.#show(owner, numbers);
    this.#with.boundaries.set(owner, numbers.next);
  }

  #occupantEvents(numbers: LoadedOwner): OwnerEvent[] {
    return numbers.takeOccupantChanges().map((change) => occupantEvent(this.#with.incarnation(), change));
  }
}
