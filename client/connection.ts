/**
 * Where a client's connection stands. Times are milliseconds since 1970 of the client's clock, but for `staleSince`
 * while `stale`, which is the daemon's. `staleSince` says since when the numbers on screen are not vouched for; undefined: there
 * are none, or they are right.
 */
export type Connection = Idle | Connecting | Live | Stale | Retrying | Closed;

export type State = Connection["state"];

/** Not started. Holds nothing. */
export interface Idle {
  readonly state: "idle";
}

/** From the wish to connect until the first word about the owner. Holds a socket. */
export interface Connecting extends Held {
  readonly state: "connecting";
  readonly staleSince: number | undefined;
}

/** The numbers are what the database holds. Holds a socket. */
export interface Live extends Held {
  readonly state: "live";
  /** When the first snapshot of this socket came. */
  readonly since: number;
}

/** Connected, but the daemon can't vouch for the numbers. Holds a socket. */
export interface Stale extends Held {
  readonly state: "stale";
  readonly since: number;
  readonly staleSince: number;
  readonly reason: string;
}

/** Waiting to connect again. Holds a timer. */
export interface Retrying extends Held {
  readonly state: "retrying";
  readonly retryAt: number;
  readonly cause: Cause;
  readonly staleSince: number | undefined;
}

/** Stopped, until the application calls `connect()`. Holds nothing. */
export interface Closed {
  readonly state: "closed";
  readonly cause: Cause;
  readonly staleSince: number | undefined;
}

interface Held {
  /** Counts sockets; a new number is a new socket. */
  readonly attempt: number;
  /** Connections lost in a row, for the backoff. */
  readonly failures: number;
  /** Why the token of this attempt is asked for. */
  readonly tokenReason: TokenReason;
}

export type TokenReason = "connect" | "refused" | "expired";

/** Why a connection ended: by the application, by silence, by `getToken`, by a close code, or by a `nack`. */
export type Cause =
  | { readonly kind: "requested" }
  | { readonly kind: "silence" }
  | { readonly kind: "token"; readonly message: string }
  | { readonly kind: "code"; readonly code: number }
  | { readonly kind: "nack"; readonly code: string };

export type ConnectionEvent =
  /** The application wants to be connected, now. */
  | { readonly type: "connect"; readonly now: number }
  | { readonly type: "close"; readonly now: number }
  /** The retry timer. */
  | { readonly type: "due" }
  /** The network or the page came back. */
  | { readonly type: "wake" }
  | { readonly type: "snapshot"; readonly now: number }
  | { readonly type: "stale"; readonly now: number; readonly since: number; readonly reason: string }
  | { readonly type: "live"; readonly now: number }
  | Ending<"lost">
  | Ending<"refused">
  | Ending<"expired">
  | Ending<"stopped">;

interface Ending<Type extends string> {
  readonly type: Type;
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
