/**
 * Reads changes for as long as the daemon lives: one epoch after another, each on a database session of its own, with a backoff
 * between them. Batches go to the sink; `nudge` is how the sink says that owners wait to be loaded.
 */
import { ConfigError } from "../config/errors.ts";
import { Backoff } from "../database/backoff.ts";
import { within } from "../database/deadline.ts";
import { reasonOf } from "../database/reason.ts";
import type { Prepared, TextRow } from "../database/session.ts";
import type { CaptureCollaborators, CaptureOptions } from "./capture-options.ts";
import { InterruptibleSleep } from "./interruptible-sleep.ts";
import { Epoch } from "./epoch.ts";
import { UnseenChange } from "./fingerprint.ts";
import { Pruner } from "./pruner.ts";

/** An epoch that lived so long was no failure of the kind that the next one would meet at once. */
const SOUND_AFTER_MS = 10_000;
const STOP_MS = 3_000;
const KEEP_NOTHING = { seconds: 0, rows: 0 };

export class Reader {
  readonly #options: CaptureOptions;
  readonly #with: CaptureCollaborators;
  readonly #pruner: Pruner;
  readonly #leases = new Set<string>();
  readonly #backoff: Backoff;
  readonly #sleep = new InterruptibleSleep();
  #epoch: Epoch | undefined;
  #loop: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;

  constructor(options: CaptureOptions, collaborators: CaptureCollaborators) {
    this.#options = options;
    this.#with = collaborators;
    this.#pruner = new Pruner(collaborators.sessions, options.retention ?? KEEP_NOTHING, collaborators.log);
    this.#backoff = new Backoff(collaborators.log, "reading changes");
  }

  /**
   * Resolves after the first attempt to open a session: reading then, or trying again and again. Rejects with ConfigError, and
   * does not try again, where only the operator can help.
   */
  async start(): Promise<void> {
    const first = await this.#attempt();
    if (first instanceof ConfigError) throw first;
    this.#loop = this.#live(first);
  }

  /** Owners wait to be loaded: read now. */
  nudge(): void {
    this.#epoch?.nudge();
  }

  /** Undefined while nothing reads. */
  get standing(): (NonNullable<Epoch["standing"]> & { readonly epoch: string }) | undefined {
    const epoch = this.#epoch;
    const standing = epoch?.standing;
    return epoch && standing && { ...standing, epoch: epoch.id };
  }

  /** Asks the session that reads. Rejects while there is none. */
  rows(statement: Prepared, values: readonly unknown[]): Promise<TextRow[]> {
    return this.#epoch ? this.#epoch.rows(statement, values) : Promise.reject(new Error("nothing reads yet"));
  }

  /** Ends reading and its sessions. Bounded and idempotent; the sink hears of no loss. */
  stop(): Promise<void> {
    this.#stopped ??= this.#end();
    return this.#stopped;
  }

  async #live(first: Epoch | Error): Promise<void> {
    let attempt = first;
    while (!this.#isOver()) {
      const failure = attempt instanceof Epoch ? await this.#outcome(attempt) : attempt;
      const reason = reasonOf(failure);
      if (this.#isOver()) return;
      this.#with.sink.lost(reason, failure instanceof UnseenChange ? failure.since : undefined);
      // DDL is no fault of the database: what is whole again goes on at once.
      if (failure instanceof UnseenChange) this.#backoff.succeeded();
      this.#with.sessions.renew();
      await this.#epoch?.close();
      await this.#sleep.sleep(this.#backoff.failed(reason));
      if (!this.#isOver()) attempt = await this.#attempt();
    }
  }

  async #attempt(): Promise<Epoch | Error> {
    const epoch = new Epoch(this.#options, this.#with, this.#pruner, this.#leases);
    this.#epoch = epoch;
    try {
      await epoch.open();
      if (!this.#isOver()) return epoch;
      throw new Error("the reader is stopped");
    } catch (error) {
      await epoch.close();
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  /** Gives what ended the epoch; undefined when it was stopped. */
  async #outcome(epoch: Epoch): Promise<unknown> {
    const beganMs = this.#with.now();
    try {
      await epoch.run();
      return undefined;
    } catch (error) {
      if (this.#with.now() - beganMs >= SOUND_AFTER_MS) this.#backoff.succeeded();
      return error;
    }
  }

  async #end(): Promise<void> {
    this.#epoch?.stop();
    this.#sleep.wake();
    const ended = Promise.all([this.#loop, this.#pruner.stop()]);
    // Work that hangs in the sink or on a silent peer is cut off.
    await within(STOP_MS, "the stopping reader", ended).catch(() => undefined);
    await this.#epoch?.close();
  }

  #isOver(): boolean {
    return this.#stopped !== undefined;
  }
}
