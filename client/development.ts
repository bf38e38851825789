/**
 * What only a development build says: sentences, and what an application must mend, once each on the console. Everything here is behind
 * `process.env.NODE_ENV` as bundlers know it, so that a production bundle holds none of it. Where there is neither a bundler nor Node,
 * there is no `process`, and nothing is said.
 */
import type { Cause } from "./cause.ts";
import { explain } from "./explain.ts";

declare const process: { readonly env: { readonly NODE_ENV?: string } };
declare const console: { readonly warn: (text: string) => void };

const said = /* @__PURE__ */ new Set<string>();
/** URLs where there was a daemon. */
const reached = /* @__PURE__ */ new Set<string>();

/** The cause with a sentence for its message; in production as it is. */
export function described(cause: Cause): Cause {
  try {
    if (process.env.NODE_ENV !== "production") {
      const { code, reason } = cause;
      const words = [code, reason].filter(Boolean).join(": ");
      return { ...cause, message: reason === "" ? explain(cause) : `${explain(cause)} (${words})` };
    }
  } catch {
    // There is no process.
  }
  return cause;
}

/** What to do about something that is wrong; empty in production. */
export function advice(about: keyof typeof ADVICE): string {
  try {
    if (process.env.NODE_ENV !== "production") return `: ${ADVICE[about]}`;
  } catch {
    // There is no process.
  }
  return "";
}

/** Warns of what ends the connection to a URL for good, and of a daemon that was never reached; not where the application ended it. */
export function warnOfState(state: { readonly state: string; readonly cause?: Cause }, url: string): void {
  try {
    if (process.env.NODE_ENV !== "production") {
      if (state.state === "open") reached.add(url);
      if (state.cause && (state.state === "closed" || !reached.has(url))) warnOfEnd(state.cause, url);
    }
  } catch {
    // There is no process.
  }
}

/** Warns that a topic was refused. */
export function warnOfRefusal({ topic }: { readonly topic: string }, cause: Cause): void {
  try {
    if (process.env.NODE_ENV !== "production") warnOfEnd(cause, topic);
  } catch {
    // There is no process.
  }
}

function warnOfEnd({ kind, code, message }: Cause, about: string): void {
  if (kind === "requested") return;
  const key = String(code ?? kind);
  warnOnce(`deltad: ${about}: ${message} ${key in ADVICE ? ADVICE[key as keyof typeof ADVICE] : ""}`.trim());
}

function warnOnce(text: string): void {
  if (said.has(text)) return;
  said.add(text);
  console.warn(text);
}

/** What a developer can do, by what is wrong: an option, or the code or the kind of a cause. */
export const ADVICE = {
  url: "write https://…, or in a browser a path from / or .",
  WebSocket: "pass one as environment.WebSocket",
  topic:
    'a topic is a kind, ":" and a key, as in "owner:7"; a key is a text of up to 256 characters, or a whole number',
  channel:
    "its key is a text of up to 256 characters, or a whole number, and nothing else follows the same topic by client.topic",
  4400: "This client sent what the daemon can't read: report it.",
  4401: "Check that getToken gives a JWT signed with the daemon's DELTAD_JWT_SECRET that has not expired.",
  4403:
    "Add the page's origin to DELTAD_ORIGINS of the daemon: scheme, host and port as the address bar shows them; localhost and 127.0.0.1 " +
    "are two origins.",
  4406: "Client and daemon are of different versions: update the older.",
  1006: "Is the daemon running at this URL, and reachable from here? Its /livez answers 200.",
  token: "Check what getToken returns: a JWT as text.",
  forbidden:
    "The token names other topics: see its claims ownerId, owners and topics; or the topic is a channel, and its members are without the token's sub.",
  unknown_topic: "The configuration has no such kind of topic, or its key is of another type.",
  invalid_message: "The configuration has no such kind of topic, or its key is of another type.",
  too_many_subscriptions: "Raise DELTAD_MAX_SUBSCRIPTIONS, or follow fewer owners on one connection.",
} as const;
