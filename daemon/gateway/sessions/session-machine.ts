/** A connection's decisions, without its effects: what each event means in each state. The table is total. */
import type { CloseName, ErrorCode } from "../../../protocol/codes.ts";
import type { Authenticate } from "../../../protocol/up/authenticate.ts";
import type { Up } from "../../../protocol/up.ts";
import type { Identity } from "../auth/identity.ts";

/** `verifying`: a token is being looked at; requests wait for its welcome. */
export type SessionState = "unauthenticated" | "verifying" | "open" | "draining" | "closed";

/** A request of an authenticated client. */
export type ClientRequest = Exclude<Up, Authenticate>;

export type SessionEvent =
  | { readonly kind: "token"; readonly token: string }
  | { readonly kind: "admitted"; readonly identity: Identity }
  | { readonly kind: "request"; readonly request: ClientRequest }
  /** `id`: of a request that made no sense. */
  | { readonly kind: "nonsense"; readonly code: ErrorCode; readonly text: string; readonly id?: string }
  /** The time to authenticate is over. */
  | { readonly kind: "deadline" }
  /** The connection can't go on: expired, too slow, abusive, refused. */
  | { readonly kind: "fail"; readonly close: CloseName; readonly reason?: string }
  | { readonly kind: "drain" }
  /** The peer has gone. */
  | { readonly kind: "gone" };

export const TOO_MANY: SessionEvent = { kind: "nonsense", code: "too_many_messages", text: "slow down" };

export type SessionEffect =
  | { readonly do: "verify"; readonly token: string }
  | { readonly do: "welcome"; readonly identity: Identity }
  | { readonly do: "serve"; readonly request: ClientRequest }
  | { readonly do: "complain"; readonly code: ErrorCode; readonly text: string; readonly id?: string }
  | { readonly do: "bye" }
  /** `reason`: where more is known than the code says. */
  | { readonly do: "close"; readonly close: CloseName; readonly reason?: string }
  /** Free everything; nothing can be sent any more. */
  | { readonly do: "release" };

export interface Transition {
  readonly next: SessionState;
  readonly effects: readonly SessionEffect[];
}

type Row = { readonly [K in SessionEvent["kind"]]: (event: Extract<SessionEvent, { kind: K }>) => Transition };

const TABLE: Readonly<Record<SessionState, Row>> = {
  unauthenticated: {
    token: ({ token }) => to("verifying", { do: "verify", token }),
    admitted: stay("unauthenticated"),
    request: () => close("unauthenticated"),
    nonsense: () => close("malformed"),
    deadline: () => close("authenticationTimeout"),
    fail: (event) => close(event.close, event.reason),
    drain: () => close("draining"),
    gone: () => to("closed", { do: "release" }),
  },
  verifying: {
    token: () => close("malformed"),
    admitted: ({ identity }) => to("open", { do: "welcome", identity }),
    request: ({ request }) => to("verifying", { do: "serve", request }),
    nonsense: () => close("malformed"),
    deadline: () => close("authenticationTimeout"),
    fail: (event) => close(event.close, event.reason),
    drain: () => close("draining"),
    gone: () => to("closed", { do: "release" }),
  },
  open: {
    token: () => to("open", { do: "complain", code: "already_authenticated", text: "this connection has its token" }),
    admitted: stay("open"),
    request: ({ request }) => to("open", { do: "serve", request }),
    nonsense: ({ code, text, id }) => to("open", { do: "complain", code, text, ...(id !== undefined && { id }) }),
    deadline: stay("open"),
    fail: (event) => close(event.close, event.reason),
    drain: () => to("draining", { do: "bye" }),
    gone: () => to("closed", { do: "release" }),
  },
  draining: {
    token: stay("draining"),
    admitted: stay("draining"),
    request: stay("draining"),
    nonsense: stay("draining"),
    deadline: stay("draining"),
    fail: (event) => close(event.close, event.reason),
    drain: stay("draining"),
    gone: () => to("closed", { do: "release" }),
  },
  closed: {
    token: stay("closed"),
    admitted: stay("closed"),
    request: stay("closed"),
    nonsense: stay("closed"),
    deadline: stay("closed"),
    fail: stay("closed"),
    drain: stay("closed"),
    gone: stay("closed"),
  },
};

export function step(state: SessionState, event: SessionEvent): Transition {
  // Each row's function takes the event of its own kind; TypeScript can't follow the correlation through the index.
  const row = TABLE[state][event.kind] as (event: SessionEvent) => Transition;
  return row(event);
}

function to(next: SessionState, ...effects: SessionEffect[]): Transition {
  return { next, effects };
}

function stay(state: SessionState): () => Transition {
  return () => ({ next: state, effects: [] });
}

function close(name: CloseName, reason?: string): Transition {
  return to("closed", { do: "close", close: name, ...(reason !== undefined && { reason }) }, { do: "release" });
}
