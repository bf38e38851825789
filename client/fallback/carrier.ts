import type { DownFrame } from "../../protocol/down.ts";
import type { Clock } from "../environment.ts";

/** Brings frames by HTTP until the signal is aborted. Rejects where the network fails. */
export type Carrier = (request: FrameRequest, environment: HttpEnvironment) => Promise<void>;

export interface HttpEnvironment extends Clock {
  readonly fetch: typeof fetch;
}

/** What a carrier is to bring, and where to. */
export interface FrameRequest {
  /** Of the daemon, with no slash at its end. */
  readonly baseUrl: string;
  readonly token: string;
  readonly topics: ReadonlyMap<string, TopicRequest>;
  readonly signal: AbortSignal;
  readonly emit: (frame: DownFrame) => void;
  /** Ends the socket with a close code of the protocol. */
  readonly end: (code: number) => void;
}

/** A topic that the client subscribes to: the id of its request, and the cursor it stands at. */
export interface TopicRequest {
  readonly id: string;
  readonly resume: string | undefined;
}

/** The close code that says what an HTTP status does. */
export function closeCodeOf(status: number): number {
  switch (status) {
    case 401:
      return 4401;
    case 403:
    case 404:
      return 4403;
    case 429:
      return 4429;
    case 503:
      return 1013;
    default:
      return 1006;
  }
}
