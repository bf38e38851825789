/** What operators see of a connection: who, since when, and how much. Nothing of what it was sent, and no token. */
import * as v from "valibot";
import type { Identity } from "../auth/identity.ts";
import type { FrameRecorder } from "./frame-recorder.ts";
import type { Heard } from "./inbox.ts";
import type { Sent } from "./outbox.ts";
import type { SessionState } from "./session-machine.ts";
import type { SessionTopics } from "./session-topics.ts";

/** A connection, as it is at this moment. */
export interface ListedConnection {
  readonly id: string;
  readonly state: SessionState;
  /** Undefined before its token was found good. */
  readonly reader: Pick<Identity, "user" | "isAdmin"> | undefined;
  readonly address: string;
  readonly heard: Heard;
  readonly sent: Sent;
  readonly isBlocked: boolean;
  readonly topics: Pick<SessionTopics, "names" | "has">;
  /** Undefined where nothing is recorded of it. */
  readonly recorder?: FrameRecorder | undefined;
}

/** Other daemons read it as well, be they of another release. */
export const CONNECTION_INFO = v.object({
  /** As its `welcome` says. */
  id: v.string(),
  /** `sub` of its token. */
  subject: v.optional(v.string()),
  isAdmin: v.boolean(),
  /** That it counts for: of IPv6 the /64. */
  address: v.string(),
  state: v.picklist(["unauthenticated", "verifying", "open", "draining", "closed"] satisfies SessionState[]),
  /** ISO 8601. */
  since: v.string(),
  /** When the client said something last, ISO 8601; absent where it never has. */
  lastMessage: v.optional(v.string()),
  messagesReceived: v.number(),
  framesSent: v.number(),
  /** Of frames, without what the transport puts around them. */
  bytesSent: v.number(),
  /** Bytes that were sent and that the client has not taken. */
  bufferedBytes: v.number(),
  /** It is sent nothing until it has taken these. */
  isBlocked: v.boolean(),
  subscriptions: v.number(),
  /** Topics that it is subscribed to, {@link MOST_TOPICS_TOLD} at most. */
  topics: v.array(v.string()),
});
export type ConnectionInfo = v.InferOutput<typeof CONNECTION_INFO>;

const MOST_TOPICS_TOLD = 20;

export function connectionInfo({
  id,
  state,
  reader,
  address,
  heard,
  sent,
  isBlocked,
  topics,
}: ListedConnection): ConnectionInfo {
  const names = topics.names();
  return {
    id,
    ...(reader?.user !== undefined && { subject: reader.user }),
    isAdmin: reader?.isAdmin ?? false,
    address,
    state,
    since: new Date(heard.sinceMs).toISOString(),
    ...(heard.lastMs !== undefined && { lastMessage: new Date(heard.lastMs).toISOString() }),
    messagesReceived: heard.messages,
    framesSent: sent.frames,
    bytesSent: sent.bytes,
    bufferedBytes: sent.bufferedBytes,
    isBlocked,
    subscriptions: names.length,
    topics: names.slice(0, MOST_TOPICS_TOLD),
  };
}

/** Which connections are meant: those that fulfil all that is said. */
export const CONNECTION_FILTER = v.object({
  id: v.optional(v.string()),
  subject: v.optional(v.string()),
  /** One that it is subscribed to. */
  topic: v.optional(v.string()),
  address: v.optional(v.string()),
});
export type ConnectionFilter = v.InferOutput<typeof CONNECTION_FILTER>;

export function isMeant({ id, reader, address, topics }: ListedConnection, filter: ConnectionFilter): boolean {
  return (
    (filter.id === undefined || filter.id === id) &&
    (filter.subject === undefined || filter.subject === reader?.user) &&
    (filter.topic === undefined || topics.has(filter.topic)) &&
    (filter.address === undefined || filter.address === address)
  );
}

/** What comes first: the most, or the newest. */
export const CONNECTION_ORDERS = {
  newest: ({ since }) => Date.parse(since),
  oldest: ({ since }) => -Date.parse(since),
  buffered: ({ bufferedBytes }) => bufferedBytes,
  sent: ({ bytesSent }) => bytesSent,
  received: ({ messagesReceived }) => messagesReceived,
} as const satisfies Record<string, (connection: ConnectionInfo) => number>;

export type ConnectionOrder = keyof typeof CONNECTION_ORDERS;

export function compareConnections(order: ConnectionOrder): (one: ConnectionInfo, other: ConnectionInfo) => number {
  const rank = CONNECTION_ORDERS[order];
  return (one, other) => rank(other) - rank(one);
}

/** The first of those that are meant, and how many these are. */
export function firstConnections(
  all: Iterable<ListedConnection>,
  filter: ConnectionFilter,
  order: ConnectionOrder,
  most: number,
): { readonly found: number; readonly first: readonly ConnectionInfo[] } {
  const meant = Array.from(all)
    .filter((connection) => isMeant(connection, filter))
    .map(connectionInfo);
  return { found: meant.length, first: meant.toSorted(compareConnections(order)).slice(0, most) };
}
