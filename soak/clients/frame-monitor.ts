/** Holds every frame that a client gets to what is promised of form, order and privacy, and keeps what it claims for the judge. */
import { parse } from "valibot";
import { WebSocket } from "ws";
import type { Socket, WebSocketConstructor } from "../../client/environment.ts";
import { encode } from "../../daemon/hub/frame.ts";
import { frame as anyFrame } from "../../protocol/down.ts";
import { parseTopic } from "../../protocol/topic.ts";
import type { Up } from "../../protocol/up.ts";
import { Screen, type Shown } from "../../test/support/oracle-run/screen.ts";
import { ownersIn } from "../marketplace.ts";

/**
 * A document as a client had it, and the cursors that came while it had it: it is that of the place of one of them. That of the frame
 * itself is not enough: where events come with a document, it says where the client stands without them.
 */
export interface Claim extends Shown {
  readonly cursors: string[];
  /** The last cursor that came before it. */
  readonly before: string | undefined;
  /** The events that came with it may have been cut off; and who comes back has a document that is ahead of its cursors. */
  isUncertain: boolean;
}

/** Whether the document is ahead of its cursors: events of an import are still to come, and until then none goes further. */
export function isAhead({ before, cursors }: Claim): boolean {
  const last = cursors.at(-1);
  return last === before || (cursors.length > 1 && last === cursors[0]);
}

/** Of those between two checks, so that a long one takes no more memory. */
const MOST_CLAIMS = 500;
/** Of one document: more events seldom come with it. */
export const MOST_CURSORS = 200;

export class FrameMonitor {
  /** Promises that a frame broke. */
  readonly problems: string[] = [];
  frames = 0;
  readonly #owners: ReadonlySet<string>;
  #claims: Claim[] = [];

  constructor(owners: readonly string[]) {
    this.#owners = new Set(owners);
  }

  /** Makes sockets for a client, and reads what they get before the client does. */
  get sockets(): WebSocketConstructor {
    // The class has a `this` of its own.
    const monitor = this as FrameMonitor;
    return class extends MonitoredSocket {
      constructor(url: string, protocol: string) {
        super(url, protocol, monitor);
      }
    };
  }

  takeClaims(): readonly Claim[] {
    const taken = this.#claims;
    this.#claims = [];
    return taken;
  }

  keep(claim: Claim): void {
    if (this.#claims.length >= MOST_CLAIMS) this.#claims.shift();
    this.#claims.push(claim);
  }

  broken(problem: unknown): void {
    if (this.problems.length < 20) this.problems.push(problem instanceof Error ? problem.message : String(problem));
  }

  /** Whose data there may be on this client's sockets. */
  check(text: string): void {
    this.frames += 1;
    const foreign = [...ownersIn(text)].filter((owner) => !this.#owners.has(owner));
    if (foreign.length > 0) this.broken(`owner ${foreign.join()} was told to ${[...this.#owners].join()}: ${text}`);
  }
}

/** What a client of the daemon needs of a socket, with all that passes looked at. */
class MonitoredSocket implements Socket {
  readonly #native: WebSocket;
  readonly #monitor: FrameMonitor;
  readonly #screens = new Map<string, Screen>();
  /** Topics whose next snapshot begins anew: it may be the very version that came last. */
  readonly #asked = new Set<string>();
  /** By topic, the document that the client has. */
  readonly #claims = new Map<string, Claim>();

  constructor(url: string, protocol: string, monitor: FrameMonitor) {
    this.#monitor = monitor;
    this.#native = new WebSocket(url, protocol);
    this.#native.on("message", (data: Buffer) => this.#receive(data.toString()));
    this.#native.on("close", () => this.#claims.forEach((claim) => (claim.isUncertain = true)));
  }

  send(data: string): void {
    const message = JSON.parse(data) as Up;
    if ("topic" in message) this.#asked.add(message.topic);
    if (message.type === "unsubscribe") this.#screens.delete(message.topic);
    this.#native.send(data);
  }

  close(code?: number, reason?: string): void {
    this.#native.close(code, reason);
  }

  addEventListener(type: "open" | "error" | "message" | "close", listener: (event: never) => void): void {
    this.#native.addEventListener(type as "open", listener as () => void);
  }

  #receive(text: string): void {
    this.#monitor.check(text);
    try {
      this.#take(text);
    } catch (error) {
      this.#monitor.broken(error);
    }
  }

  #take(text: string): void {
    const frame = parse(anyFrame, JSON.parse(text));
    if (!("topic" in frame) || frame.topic === undefined) return;
    const { topic } = frame;
    if (frame.type === "snapshot" && (this.#asked.delete(topic) || !this.#screens.has(topic))) {
      this.#screens.set(topic, this.#screen(topic));
    }
    if (["snapshot", "metrics_updated", "stale", "live"].includes(frame.type))
      this.#screens.get(topic)?.send(encode(frame));
    const claim = this.#claims.get(topic);
    if (claim === undefined) return;
    if ("cursor" in frame && frame.cursor !== undefined && claim.cursors.length < MOST_CURSORS)
      claim.cursors.push(frame.cursor);
    if ("recovered" in frame) claim.isUncertain = true;
  }

  #screen(topic: string): Screen {
    return new Screen(parseTopic(topic)?.key ?? "", {
      shown: (shown) => {
        const before = this.#claims.get(topic)?.cursors.at(-1);
        const claim = { ...shown, before, cursors: [], isUncertain: false };
        this.#claims.set(topic, claim);
        this.#monitor.keep(claim);
      },
      told: () => undefined,
      broken: (error) => this.#monitor.broken(`${topic}: ${error instanceof Error ? error.message : String(error)}`),
    });
  }
}
