/** One handler for each type of request: the compiler refuses a request of the protocol that has none. */
import type { NackCode } from "../../../protocol/codes.ts";
import type { SideRequest } from "../../hub/topic-side.ts";
import type { Access } from "../auth/identification.ts";
import type { ClientRequest } from "./session-machine.ts";
import type { SessionTopics } from "./session-topics.ts";

export type RequestOf<Type extends ClientRequest["type"]> = Extract<ClientRequest, { type: Type }>;
/** Requests about a topic. */
type TopicRequest = Extract<ClientRequest, { topic: string }>;

/** The session, as far as a handler needs it. */
export interface RequestContext {
  readonly topics: SessionTopics;
  /** True once the session has ended: nothing may begin any more. */
  readonly stopped: boolean;
  /** The topic that a client names, if the session's bearer may see it. */
  access(name: string): Access | Promise<Access>;
  refresh(token: string): Promise<void>;
  /** Answers when it is done; what is asked after it does not wait for that. */
  operate(request: RequestOf<"operate">): void;
  ack(id: string): void;
  /** Answers when the topic's frames have what a transaction did, or with why not. */
  wait(topic: string, request: RequestOf<"wait">): void;
  /** @param code nothing is said where it is undefined; a request without an `id` gets an `error` */
  refuse(id: string | undefined, code: NackCode | undefined): void;
  /** Refuses where there is a code, else says that it is done. A request without an `id` asks for no answer. */
  answer(id: string | undefined, code: NackCode | undefined): void;
  /** As `refuse`; a topic that the bearer may not see is logged. */
  deny(request: TopicRequest, code: NackCode): void;
}

/** A handler that must wait for the database gives a promise, and the next request waits for it. */
type Handler<Type extends ClientRequest["type"]> = (
  request: RequestOf<Type>,
  session: RequestContext,
) => Promise<void> | void;

const HANDLERS: { readonly [Type in ClientRequest["type"]]: Handler<Type> } = {
  ping: ({ id }, session) => session.ack(id),
  refresh: ({ token }, session) => session.refresh(token),
  subscribe: ifSeen((topic, { id, resume }, session) => {
    session.refuse(id, session.topics.subscribe(topic, id, resume));
  }),
  snapshot: ifSeen((topic, { id }, session) => {
    session.refuse(id, session.topics.snapshot(topic, id));
  }),
  history: ifSeen((topic, request, session) => {
    session.refuse(request.id, session.topics.history(topic, request));
  }),
  present: ifSeen(attend),
  typing: ifSeen(attend),
  operate: (request, session) => session.operate(request),
  wait: ifSeen((topic, request, session) => session.wait(topic, request)),
  unsubscribe: ifSeen((topic, { id }, session) => {
    session.topics.unsubscribe(topic);
    session.ack(id);
  }),
};

function attend(topic: string, request: SideRequest, session: RequestContext): void {
  session.answer(request.id, session.topics.attend(topic, request));
}

export function handle(request: ClientRequest, session: RequestContext): Promise<void> | void {
  // Each handler takes the requests of its own type; TypeScript can't follow the correlation through the index.
  const handler = HANDLERS[request.type] as (request: ClientRequest, session: RequestContext) => Promise<void> | void;
  return handler(request, session);
}

/** Handles a request with the canonical name of its topic, if the bearer may see that; refuses it otherwise. */
function ifSeen<Request extends TopicRequest>(
  handler: (topic: string, request: Request, session: RequestContext) => void,
): (request: Request, session: RequestContext) => Promise<void> | void {
  return (request, session) => {
    const settle = (access: Access): void => {
      if (session.stopped) return;
      if ("topic" in access) handler(access.topic, request, session);
      else session.deny(request, access.refusal);
    };
    const access = session.access(request.topic);
    return access instanceof Promise ? access.then(settle) : settle(access);
  };
}
