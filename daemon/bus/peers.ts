/**
 * The daemons of one database, to each other: who is there, and what they say. Built on a bus that loses, repeats and reorders, and on which
 * strangers speak.
 *
 * - **Nothing said is relied on.** A daemon owns what it tells of; who hears that something is missing (`missed`) asks for the whole.
 * - **Who does not hear itself hears nobody.** Every daemon gives a sign of life each 3 s, and its own come back to it by the same way as those
 *   of others. While they don't, others can't be heard (`isPartial`), and nobody counts as gone: a bus that stands still looks as if all
 *   had fallen silent. When they come back, the silence of others counts from then on. A bus that says that it is up all the same, as where its
 *   subscription was lost and its connection was not, is told to connect anew.
 * - **Silence is judged when our own sign comes in**, never by a timer: a daemon that was held up itself would find everybody silent.
 */
import { CountedWarning } from "../config/counted-warning.ts";
import type { Log } from "../config/log.ts";
import type { Timers } from "../config/timers.ts";
import type { Bus, BusHealth } from "./bus.ts";
import { type Envelope, Sealing } from "./envelope.ts";
import { HeardNode } from "./heard-node.ts";

/** What a part of the daemon asks of the others. */
export interface Peers {
  /** This daemon's life: another one at each start. */
  readonly node: string;
  /** To all others; may be lost. `body` is any JSON. */
  say(kind: string, body: unknown): void;
  /** One listener for each kind, before the start. */
  listen(kind: string, listener: PeerListener): void;
  /** Others can't be heard at present; so it begins. */
  readonly isPartial: boolean;
  onPartial(listener: (isPartial: boolean) => void): void;
}

export interface PeerListener {
  /** Each once, in the order in which `from` said them; only daemons of this database can have said it, though of another release. */
  heard(from: string, body: unknown): void;
  /** Something that `from` said was lost, whatever the kind, and be it a question to us; or it is new, or back after a silence. */
  missed?(from: string): void;
  /** `silent`: not heard for 15 s; it may come back, with `missed`. `moving`: it was told to stop, and will never come back. */
  gone(from: string, why: "silent" | "moving"): void;
}

export interface BusPeersOptions extends Timers {
  readonly bus: Bus;
  readonly node: string;
  readonly log: Log;
  readonly monotonicMs: () => number;
}

export const SIGN_MS = 3_000;
/** Fifteen daemons that begin together would answer each other with some hundred signs at once. */
export const BETWEEN_SIGNS_MS = 50;
/** Two signs may be lost in a row, not three: looked at each {@link SIGN_MS}, it is noticed after 12 s, before {@link SILENT_MS}. */
const DEAF_MS = 10_500;
const DEAF = "the signs of life that it sends do not come back";
export const SILENT_MS = 15_000;
/** Who was killed has said no goodbye, and is not waited for without end. */
const UNCERTAIN_MS = 3_600_000;
/** Those that are gone included, of which no old message must be taken. */
const MOST_NODES = 1_000;

export class BusPeers implements Peers {
  readonly node: string;
  readonly #options: BusPeersOptions;
  readonly #listeners = new Map<string, PeerListener>();
  readonly #onPartial: ((isPartial: boolean) => void)[] = [];
  readonly #nodes = new Map<string, HeardNode>();
  readonly #forged: CountedWarning;
  #sealing: Sealing | undefined;
  #count = 0;
  #said = 0;
  /** Of ours that came back. */
  #heardOwn = 0;
  #heardOwnMs: number;
  #isPartial = true;
  /** Why it is, or was. */
  #reason = "it has not begun yet";
  /** Of the bus, while it is. */
  #whyDown: string | undefined;
  /** The log has that others can't be heard. */
  #isTold = false;
  #timer: unknown;
  /** Of the last sign. */
  #signedMs = Number.NEGATIVE_INFINITY;
  /** Until the next sign may be given. */
  #signTimer: unknown;
  /** At the last tick; a daemon that was held up may find what came back only after it. */
  #wasDeaf = false;
  #isOver = false;

  constructor(options: BusPeersOptions) {
    this.#options = options;
    this.node = options.node;
    this.#heardOwnMs = options.monotonicMs();
    this.#forged = new CountedWarning("dropped a message on the bus that no daemon of this database has made", options);
    options.bus.onMessage((message) => this.#take(message));
    options.bus.onHealth((health) => this.#changeHealth(health));
  }

  get isPartial(): boolean {
    return this.#isPartial;
  }

  /** Whether others can be heard, and why not. */
  get health(): BusHealth {
    return this.#isPartial ? { isUp: false, reason: this.#reason } : { isUp: true };
  }

  /** Those that are there, without this one. */
  get present(): readonly string[] {
    return [...this.#nodes].filter(([, { isPresent }]) => isPresent).map(([node]) => node);
  }

  /** Those that may be there and are not heard: silent for no more than an hour, or not proven yet. */
  get uncertain(): readonly string[] {
    const nowMs = this.#options.monotonicMs();
    return [...this.#nodes].filter(([, heard]) => heard.isUncertain(nowMs, UNCERTAIN_MS)).map(([node]) => node);
  }

  start(): void {
    this.#heardOwnMs = this.#options.monotonicMs();
    this.#options.bus.start();
    this.#tick();
  }

  /** The secret of this life of the change rows is known; until then, this daemon neither speaks nor hears. */
  begin(incarnation: string): void {
    this.#sealing = new Sealing(incarnation);
    this.#heardOwnMs = this.#options.monotonicMs();
    this.#excuseAll();
    if (this.#whyDown !== undefined) this.#lose(this.#whyDown);
    this.#giveSign();
  }

  say(kind: string, body: unknown): void {
    if (this.#isOver) return;
    // Also where nobody can hear it: that is how others know that they missed it.
    this.#said += 1;
    this.#publish({ type: "said", ...this.#next(), kind, body });
  }

  listen(kind: string, listener: PeerListener): void {
    this.#listeners.set(kind, listener);
  }

  onPartial(listener: (isPartial: boolean) => void): void {
    this.#onPartial.push(listener);
  }

  /** This daemon is about to let its clients go: it says nothing more. */
  leave(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#publish({ type: "goodbye", ...this.#next() });
  }

  /** Bounded and idempotent; what others say is heard until then. */
  async stop(): Promise<void> {
    this.leave();
    this.#options.clearTimeout(this.#timer);
    this.#options.clearTimeout(this.#signTimer);
    await this.#options.bus.stop();
    this.#forged.stop();
  }

  #tick(): void {
    this.#giveSign();
    if (this.#isDeaf()) this.#lose(this.#whyDown ?? DEAF);
    const isUpAndDeaf = this.#isDeaf() && this.#whyDown === undefined;
    const mustRenew = isUpAndDeaf && this.#wasDeaf;
    this.#wasDeaf = isUpAndDeaf && !mustRenew;
    if (mustRenew) this.#options.bus.renew(DEAF);
    this.#timer = this.#options.setTimeout(() => this.#tick(), SIGN_MS);
  }

  #isDeaf(): boolean {
    return this.#sealing !== undefined && this.#options.monotonicMs() - this.#heardOwnMs >= DEAF_MS;
  }

  #changeHealth(health: BusHealth): void {
    this.#whyDown = health.isUp ? undefined : health.reason;
    if (health.isUp) this.#giveSign();
    else this.#lose(health.reason);
  }

  /** At once, or with others that are due: it tells each whether it is heard, so one does for all who ask. */
  #giveSign(): void {
    if (this.#isOver || this.#sealing === undefined || this.#signTimer !== undefined) return;
    const waitMs = this.#signedMs + BETWEEN_SIGNS_MS - this.#options.monotonicMs();
    if (waitMs <= 0) return this.#sign();
    this.#signTimer = this.#options.setTimeout(() => {
      this.#signTimer = undefined;
      this.#sign();
    }, waitMs);
  }

  #sign(): void {
    if (this.#isOver) return;
    this.#signedMs = this.#options.monotonicMs();
    const nodes = [...this.#nodes].filter(([, heard]) => heard.isHeard(this.#signedMs, SILENT_MS));
    this.#publish({ type: "alive", ...this.#next(), hears: nodes.map(([node]) => node) });
  }

  #next(): { node: string; count: number; said: number } {
    return { node: this.node, count: (this.#count += 1), said: this.#said };
  }

  #publish(envelope: Envelope): void {
    if (this.#sealing !== undefined) this.#options.bus.publish(this.#sealing.write(envelope));
  }

  /** False where no daemon of this database has made it. */
  #take(message: Uint8Array): boolean {
    const envelope = this.#sealing?.read(message) ?? "foreign";
    if (envelope === "forged") this.#forged.count({ bytes: message.byteLength });
    else if (envelope !== "foreign") this.#takeEnvelope(envelope);
    return envelope !== "forged";
  }

  #takeEnvelope(envelope: Envelope): void {
    if (envelope.node === this.node) return this.#takeOwn(envelope);
    const consequence = this.#heardNode(envelope.node).hear(envelope, this.node, this.#options.monotonicMs());
    switch (consequence.kind) {
      case "none":
        return;
      case "greet":
        return this.#giveSign();
      case "left":
        return this.#tellGone(envelope.node, "moving");
      case "taken":
        if (consequence.isNew) this.#giveSign();
        if (consequence.isMissed) for (const listener of this.#listeners.values()) listener.missed?.(envelope.node);
        if (envelope.type === "said") this.#listeners.get(envelope.kind)?.heard(envelope.node, envelope.body);
    }
  }

  #takeOwn({ count }: Envelope): void {
    if (count <= this.#heardOwn) return;
    this.#heardOwn = count;
    const wasDeaf = this.#isPartial || this.#isDeaf();
    const nowMs = this.#options.monotonicMs();
    this.#heardOwnMs = nowMs;
    if (wasDeaf) this.#excuseAll();
    for (const [node, heard] of this.#nodes) if (heard.fellSilent(nowMs, SILENT_MS)) this.#tellGone(node, "silent");
    this.#setPartial(false);
    if (this.#isTold) this.#options.log.info({}, "other daemons are heard again");
    this.#isTold = false;
  }

  #lose(reason: string): void {
    // Clients that are still there are told nothing more of others, nor that others can't be heard.
    if (this.#isOver) return;
    this.#reason = reason;
    this.#setPartial(true);
    // A daemon that has not read yet has more to say of its database than that.
    if (this.#isTold || this.#sealing === undefined) return;
    this.#isTold = true;
    this.#options.log.warn({ reason }, "other daemons can't be heard: presence is partial; rows and numbers go on");
  }

  #setPartial(isPartial: boolean): void {
    if (isPartial === this.#isPartial) return;
    this.#isPartial = isPartial;
    for (const listener of this.#onPartial) listener(isPartial);
  }

  #excuseAll(): void {
    const nowMs = this.#options.monotonicMs();
    for (const node of this.#nodes.values()) node.excuse(nowMs);
  }

  #tellGone(node: string, why: "silent" | "moving"): void {
    for (const listener of this.#listeners.values()) listener.gone(node, why);
  }

  #heardNode(node: string): HeardNode {
    const known = this.#nodes.get(node);
    if (known !== undefined) return known;
    const heard = new HeardNode();
    this.#nodes.set(node, heard);
    if (this.#nodes.size > MOST_NODES) {
      const [oldest] = [...this.#nodes].find(([, { isPresent }]) => !isPresent) ?? [];
      if (oldest !== undefined) this.#nodes.delete(oldest);
    }
    return heard;
  }
}
