/**
 * What an owner is notified of, the newest first, until it is cleared. What came while nobody looked, or while the page had no connection, is
 * marked: it is told late. Missed events follow behind the first numbers after a break, of which they are a part, and none says when it
 * happened: what comes within seconds of those numbers, and before any others, is taken for missed.
 */
import type { AnyStreamTypes, Connection, EventOf } from "../../../client/client.ts";
import type { JsonObject } from "../../../protocol/json.ts";

export interface Notice {
  readonly id: string;
  readonly kind: NoticeKind;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly data: JsonObject;
  readonly isLate: boolean;
}

export const NOTICE_KINDS = ["bookings", "payments", "arrivals"] as const;
export type NoticeKind = (typeof NOTICE_KINDS)[number];

/** So many are kept. */
export const MOST_NOTICES = 100;

interface Followed {
  on(name: "*", callback: (event: EventOf<AnyStreamTypes>) => unknown): () => void;
  subscribe(callback: () => unknown): () => void;
  getSnapshot(): { readonly connection: Connection; readonly asOf: string | undefined };
}

interface Options {
  readonly owner: Followed;
  /** Whether nobody sees the page. */
  readonly isHidden: () => boolean;
  /** Milliseconds since any instant. */
  readonly now: () => number;
}

/** A slow line takes so long for what was missed. */
const MADE_UP_MS = 5_000;
const NOTHING: readonly Notice[] = [];

export class Feed {
  readonly #options: Options;
  readonly #callbacks = new Set<() => void>();
  #notices = NOTHING;
  #wasLive = false;
  #isBroken = false;
  /** When the last break ended, and the instant for which the numbers held then. */
  #returned: { readonly at: number; readonly asOf: string | undefined } | undefined;

  constructor(options: Options) {
    this.#options = options;
  }

  /**
   * Follows the owner. Returns its own undo.
   * @param tell called for each notice, also where several come at once
   */
  start(tell: (notice: Notice) => void): () => void {
    const { owner } = this.#options;
    const undos = [owner.subscribe(() => this.#look()), owner.on("*", (event) => this.#take(event, tell))];
    this.#look();
    return () => {
      for (const undo of undos) undo();
    };
  }

  readonly subscribe = (callback: () => void): (() => void) => {
    this.#callbacks.add(callback);
    return () => this.#callbacks.delete(callback);
  };

  readonly getSnapshot = (): readonly Notice[] => this.#notices;

  readonly clear = (): void => this.#show(NOTHING);

  #look(): void {
    const { connection, asOf } = this.#options.owner.getSnapshot();
    if (connection.state === "live") {
      if (this.#isBroken) this.#returned = { at: this.#options.now(), asOf };
      this.#wasLive = true;
      this.#isBroken = false;
    } else if (this.#wasLive) this.#isBroken = true;
  }

  #take({ id, type, timestamp, data }: EventOf<AnyStreamTypes>, tell: (notice: Notice) => void): void {
    const kind = kindOf(type, data);
    if (kind === undefined) return;
    const isLate = this.#isBroken || this.#isMadeUp() || this.#options.isHidden();
    const notice = { id, kind, at: timestamp, data, isLate };
    this.#show([notice, ...this.#notices].slice(0, MOST_NOTICES));
    tell(notice);
  }

  #isMadeUp(): boolean {
    const { owner, now } = this.#options;
    if (this.#returned === undefined) return false;
    const { at, asOf } = this.#returned;
    return now() - at <= MADE_UP_MS && owner.getSnapshot().asOf === asOf;
  }

  #show(notices: readonly Notice[]): void {
    this.#notices = notices;
    for (const callback of this.#callbacks) callback();
  }
}

/** Undefined of what nobody is notified of: other events, and guests that leave. */
function kindOf(type: string, data: JsonObject): NoticeKind | undefined {
  switch (type) {
    case "booking_created":
      return "bookings";
    case "revenue_received":
      return "payments";
    case "occupancy_changed":
      return data["isNowOccupied"] === true ? "arrivals" : undefined;
    default:
      return undefined;
  }
}
