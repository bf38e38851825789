/**
 * Where the one socket of a client stands. Times are milliseconds since 1970 of the client's clock.
 */
export type Link = Idle | Connecting | Open | Retrying | Closed;

export type LinkState = Link["state"];

/** Not started. Holds nothing. */
export interface Idle {
  readonly state: "idle";
}

/** From the wish to connect until the daemon's welcome. Holds a socket. */
export interface Connecting extends Held {
  readonly state: "connecting";
}

/** Welcomed: owners may be followed. Holds a socket. */
export interface Open extends Held {
  readonly state: "open";
  readonly since: number;
}

/** Waiting to connect again. Holds a timer. */
export interface Retrying extends Held {
  readonly state: "retrying";
  readonly retryAt: number;
  readonly cause: Cause;
}

/** Stopped, until the application calls `connect()`. Holds nothing. */
export interface Closed {
  readonly state: "closed";
  readonly cause: Cause;
}

interface Held {
  /** Counts sockets; a new number is a new socket. */
  readonly attempt: number;
  /** Connections lost in a row, for the backoff. */
  readonly failures: number;
  /** Why the token of this attempt is asked for, unless one that works is at hand. */
  readonly tokenReason: "connect" | "refused" | "expired";
}

/** Why a connection ended: by the application, by silence, by `getToken`, by a close code, or by a `nack`. */
export type Cause =
  | { readonly kind: "requested" }
  | { readonly kind: "silence" }
  | { readonly kind: "token"; readonly message: string }
  | { readonly kind: "code"; readonly code: number }
  | { readonly kind: "nack"; readonly code: string };

export type LinkEvent =
  /** The application wants to be connected, now. */
  | { readonly type: "connect"; readonly now: number }
  | { readonly type: "close"; readonly now: number }
  /** The retry timer. */
  | { readonly type: "due" }
  /** The network, the page or the computer came back. */
  | { readonly type: "wake" }
  | { readonly type: "opened"; readonly now: number }
  | Ending;

/** How a socket ends. `refused` and `expired` want another token; `stopped` can't be helped by trying again. */
export interface Ending {
  readonly type: "lost" | "refused" | "expired" | "stopped";
  readonly now: number;
  /** When the socket last gave a sign of life. */
  readonly heardAt: number;
  readonly cause: Cause;
  readonly delay: Delay;
}

/** How long a lost connection waits: by the backoff (`least` counts as that many failures), or within the server's window in ms. */
export type Delay =
  | { readonly by: "backoff"; readonly least: number; readonly draw: number }
  | { readonly by: "window"; readonly from: number; readonly until: number; readonly draw: number };
