/** The recorders of all connections: of those that are open, and for a while of those that ended, with why. */
import { FramePool } from "./frame-pool.ts";
import { FrameRecorder, WORDS_PER_RECORDER } from "./frame-recorder.ts";
import { type ConnectionInfo, connectionInfo, type ListedConnection } from "./connection-info.ts";

/** Why a connection ended: the name of the close code, or `gone` where the client left, and a sentence. */
export interface Ending {
  readonly close: string;
  readonly reason: string;
}

export const GONE: Ending = { close: "gone", reason: "the client has left" };
export const REVOKED: Ending = { close: "unauthenticated", reason: "its token was revoked" };

export interface EndedConnection extends Ending {
  readonly info: ConnectionInfo;
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly recorder: FrameRecorder | undefined;
}

export interface RecordingsOptions {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Of connections that may be open and ended at once; more are not recorded. */
  readonly mostRecorders?: number;
}

export const KEPT_MS = 600_000;
const MOST_ENDED = 1_000;
/** As many connections as a daemon has by default, and the ended ones: 34 MB. */
const MOST_RECORDERS = 20_000 + MOST_ENDED;

export class Recordings {
  readonly #now: () => number;
  readonly #pool: FramePool;
  /** By id, the first to have ended first. */
  readonly #ended = new Map<string, EndedConnection>();

  constructor({ now, mostRecorders = MOST_RECORDERS }: RecordingsOptions) {
    this.#now = now;
    this.#pool = new FramePool(WORDS_PER_RECORDER, mostRecorders);
  }

  /** For a connection that begins; undefined where there are too many. */
  begin(): FrameRecorder | undefined {
    this.#forget();
    return FrameRecorder.begin(this.#pool, this.#now());
  }

  /** Keeps what is known of a connection that ends. */
  keep(connection: ListedConnection, ending: Ending): void {
    const { id, recorder } = connection;
    this.#ended.set(id, { info: connectionInfo(connection), atMs: this.#now(), recorder, ...ending });
    this.#forget();
  }

  /** Those that ended within the last ten minutes, 1,000 at most. */
  get ended(): ReadonlyMap<string, EndedConnection> {
    this.#forget();
    return this.#ended;
  }

  #forget(): void {
    const beforeMs = this.#now() - KEPT_MS;
    for (const [id, { atMs, recorder }] of this.#ended) {
      if (this.#ended.size <= MOST_ENDED && atMs > beforeMs) return;
      this.#ended.delete(id);
      recorder?.release();
    }
  }
}
