/**
 * What goes on beside one channel's rows: who is there and who types, told to those who see it. The first change after a pause is told at
 * once, further ones together; of very many users only their number is, once a second.
 *
 * Who comes is told everything with the change that they make, so that they find themselves in it, and of thousands who come together nobody
 * has a frame made of their own.
 */
import type { NackCode } from "../../protocol/codes.ts";
import type { Timers } from "../config/timers.ts";
import type { Frame } from "../hub/frame.ts";
import type { Attendant, SideRequest, TellSide, TopicSide } from "../hub/topic-side.ts";
import { Attendants } from "./attendants.ts";
import type { OwnMembers } from "./own-members.ts";
import type { Roster } from "./roster.ts";
import { ToldPresence } from "./told-presence.ts";
import { ToldTyping } from "./told-typing.ts";

/** What a kind of channels shows beside its rows. */
export interface Shows {
  readonly presence: boolean;
  readonly typing: boolean;
}

/** The same for all channels. */
export interface PresenceServices extends Timers {
  readonly roster: Roster;
  readonly own: OwnMembers;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly monotonicMs: () => number;
  /** Changes closer than this are told together. */
  readonly minIntervalMs: number;
  /** Users of other daemons can't be heard of at present. */
  readonly isPartial: () => boolean;
  /** Has the other daemons told for how long the user types here, by {@link ChannelPresence.typesForMs}. */
  readonly typingChanged: (topic: string, user: string) => void;
}

/** As long as an address of e-mail may be. */
const MOST_USER_CHARACTERS = 255;
/** Of more users than are told by name. */
const COUNT_INTERVAL_MS = 1_000;

export class ChannelPresence implements TopicSide {
  readonly #topic: string;
  readonly #services: PresenceServices;
  readonly #tell: TellSide;
  readonly #stopped: () => void;
  readonly #attendants: Attendants;
  readonly #presence: ToldPresence | undefined;
  readonly #typing: ToldTyping | undefined;
  #told = 0;
  #isChanged = false;
  /** Somebody waits for the next flush, to be told everything. */
  #isAwaited = false;
  /** Until it has passed, changes wait, and frames are kept for whoever comes. */
  #timer: unknown;
  #typingTimer: unknown;
  /** When it is due. */
  #typingMs = Number.POSITIVE_INFINITY;
  /** Until it has passed, another number of users waits. */
  #countTimer: unknown;
  #isOver = false;

  /** @param stopped it is over: nobody attends it any more */
  constructor(topic: string, shows: Shows, services: PresenceServices, tell: TellSide, stopped: () => void) {
    this.#topic = topic;
    this.#services = services;
    this.#tell = tell;
    this.#stopped = stopped;
    this.#attendants = new Attendants(services.monotonicMs);
    this.#presence = shows.presence ? new ToldPresence(topic, services) : undefined;
    this.#typing = shows.typing ? new ToldTyping(topic, services) : undefined;
  }

  get told(): number {
    return this.#told;
  }

  mustWait(): boolean {
    this.#isAwaited ||= this.#isChanged;
    return this.#isChanged;
  }

  wholeFrames(): readonly Frame[] {
    this.#pace();
    return [this.#presence?.wholeFrame(), this.#typing?.wholeFrame()].filter((frame) => frame !== undefined);
  }

  enter(attendant: Attendant): void {
    const user = userOf(attendant);
    if (user === undefined) return;
    this.#attendants.enter(user);
    if (this.#presence) this.#services.own.put(this.#topic, user, this.#attendants.isAway(user));
  }

  leave(attendant: Attendant, isRemoved: boolean): void {
    const user = userOf(attendant);
    if (user === undefined) return;
    this.#stopTyping(attendant, user);
    const wasLast = this.#attendants.leave(attendant, user);
    if (this.#presence === undefined) return;
    if (wasLast) this.#services.own.drop(this.#topic, user, isRemoved);
    else this.#services.own.put(this.#topic, user, this.#attendants.isAway(user));
  }

  take(attendant: Attendant, request: SideRequest): NackCode | undefined {
    const user = userOf(attendant);
    if (user === undefined || (request.type === "present" ? this.#presence : this.#typing) === undefined)
      return "no_presence";
    if (request.type === "typing") return this.#takeSign(attendant, user, request.on);
    if (!this.#attendants.mayUpdate(attendant)) return "too_many_messages";
    const { state, away } = request;
    if (away !== undefined) this.#attendants.setAway(attendant, user, away);
    const said = state === undefined || state === null ? state : JSON.stringify(state);
    this.#services.own.put(this.#topic, user, this.#attendants.isAway(user), said);
    return undefined;
  }

  /** Something of a user may be another. */
  changed(user: string): void {
    if (this.#presence?.isCounted) return this.#countSoon();
    this.#presence?.changed(user);
    this.#flushSoon();
  }

  /** Others can be heard again, or no more. */
  partialChanged(): void {
    this.#flushSoon();
  }

  /** Another daemon says that one of its users types. */
  sign(user: string, node: string, sinceMs: number): void {
    this.#sign(user, node, sinceMs);
  }

  /** Another daemon says that one of its users types no more; without a user: it says nothing any more. */
  signEnds(node: string, user?: string): void {
    if (this.#typing?.stop(node, user)) this.#flushSoon();
  }

  /** How long the user types at connections to this daemon, unless they say it again; 0: they don't. */
  typesForMs(user: string): number {
    return this.#typing?.leftMs(user) ?? 0;
  }

  stop(): void {
    this.#isOver = true;
    this.#stopped();
    this.#services.clearTimeout(this.#timer);
    this.#services.clearTimeout(this.#typingTimer);
    this.#services.clearTimeout(this.#countTimer);
  }

  #takeSign(attendant: Attendant, user: string, isTyping: boolean): NackCode | undefined {
    if (!isTyping) {
      if (this.#attendants.stopsTyping(attendant)) this.#stopTyping(attendant, user);
      return undefined;
    }
    if (!this.#attendants.mayType(attendant)) return "too_many_messages";
    this.#sign(user, attendant, 0);
    this.#services.typingChanged(this.#topic, user);
    return undefined;
  }

  #sign(user: string, by: unknown, sinceMs: number): void {
    if (this.#typing === undefined) return;
    this.#lookAt(this.#typing.sign(user, by, sinceMs));
    this.#flushSoon();
  }

  #stopTyping(attendant: Attendant, user: string): void {
    if (this.typesForMs(user) === 0) return;
    this.#typing?.stop(attendant, user);
    this.#services.typingChanged(this.#topic, user);
    this.#flushSoon();
  }

  /** Looks whose time is over then, or earlier: of thousands who type and say so again, nobody is looked at for each sign. */
  #lookAt(endMs: number): void {
    const { monotonicMs, setTimeout, clearTimeout } = this.#services;
    if (this.#isOver || endMs >= this.#typingMs) return;
    clearTimeout(this.#typingTimer);
    this.#typingMs = endMs;
    this.#typingTimer = setTimeout(
      () => {
        this.#typingMs = Number.POSITIVE_INFINITY;
        const nextMs = this.#typing?.nextEndMs;
        if (nextMs !== undefined) this.#lookAt(nextMs);
        this.#flushSoon();
      },
      Math.max(0, Math.ceil(endMs - monotonicMs())),
    );
  }

  #countSoon(): void {
    if (this.#isOver) return;
    this.#countTimer ??= this.#services.setTimeout(() => {
      this.#countTimer = undefined;
      this.#flush(true);
    }, COUNT_INTERVAL_MS);
  }

  #flushSoon(): void {
    this.#isChanged = true;
    if (this.#timer === undefined) this.#flush();
  }

  #flush(isCountDue = false): void {
    if (this.#isOver) return;
    this.#isChanged = false;
    const frames = [this.#presence?.tell(isCountDue), this.#typing?.tell()].filter((frame) => frame !== undefined);
    const from = this.#told;
    if (frames.length > 0) this.#told += 1;
    this.#pace();
    const isOwed = frames.length > 0 || this.#isAwaited;
    this.#isAwaited = false;
    if (isOwed) this.#tell({ from, to: this.#told, frames });
  }

  #pace(): void {
    const { minIntervalMs, setTimeout } = this.#services;
    if (this.#isOver) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      if (this.#isChanged) this.#flush();
      else this.#presence?.forgetFrame();
    }, minIntervalMs);
  }
}

/** An administrator looks at every channel and is shown in none; who has no `sub` has no name, and a longer one is not told to all. */
function userOf({ reader }: Attendant): string | undefined {
  if (reader?.user === undefined) return undefined;
  if (reader.isAdmin || reader.user.length > MOST_USER_CHARACTERS) return undefined;
  return reader.user;
}
