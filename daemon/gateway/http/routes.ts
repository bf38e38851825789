/** HTTP beside the stream: only these paths, only these methods. */
import { STREAM_PATH } from "../../../protocol/version.ts";
import type { Page } from "./page.ts";
import { SYNC_PATH, takesBody } from "./sync.ts";
import { json, plain } from "./response.ts";
import { decoded } from "./well-formed.ts";
import type { Request, Response } from "../transports/transport.ts";

export interface RoutesOptions {
  /** True while the daemon vouches for what it sends. */
  readonly ready: () => boolean;
  readonly page: Page;
  /** Answers for a topic's name as the client wrote it. */
  readonly topicSnapshot: (request: Request, name: string) => Promise<Response>;
  /** Answers with older rows of a topic's set, by their names as the client wrote them. */
  readonly topicRows: (request: Request, name: string, set: string) => Promise<Response>;
  /** Answers when a topic, by its name as the client wrote it, has what a transaction did. */
  readonly topicWait: (request: Request, name: string) => Promise<Response>;
  readonly schema: (request: Request) => Promise<Response>;
  /** Does what a body asks for. */
  readonly sync: (request: Request) => Promise<Response>;
  /** The stream's path without an upgrade. */
  readonly eventStream: (request: Request) => Response | Promise<Response>;
}

export type Route = (request: Request) => Response | Promise<Response>;

const SCHEMA_PATH = "/v1/schema";
const TOPICS_PATH = "/v1/topics/";
const TOPIC_PATH = /^\/v1\/topics\/[^/]+$/;
const WAIT_PATH = /^\/v1\/topics\/([^/]+)\/wait$/;
const ROWS_PATH = /^\/v1\/topics\/([^/]+)\/rows\/([^/]+)$/;

/** What a path leads to; `page` for every other path, whether it leads to a file or not. */
export type RouteName = "livez" | "readyz" | "schema" | "stream" | "sync" | "topic" | "rows" | "wait" | "page";

export function routeName(path: string): RouteName {
  switch (path) {
    case "/livez":
      return "livez";
    case "/readyz":
      return "readyz";
    case SCHEMA_PATH:
      return "schema";
    case STREAM_PATH:
      return "stream";
    case SYNC_PATH:
      return "sync";
  }
  if (WAIT_PATH.test(path)) return "wait";
  if (ROWS_PATH.test(path)) return "rows";
  return TOPIC_PATH.test(path) ? "topic" : "page";
}

export function createRoutes(options: RoutesOptions): Route {
  const { ready, page, topicSnapshot, topicRows, topicWait, schema, sync, eventStream } = options;
  const readiness = (): Response => (ready() ? json(200, '{"ready":true}\n') : json(503, '{"ready":false}\n'));
  const find = (request: Request): (() => Response | Promise<Response>) | undefined => {
    switch (routeName(request.path)) {
      case "livez":
        return () => json(200, '{"live":true}\n');
      case "readyz":
        return readiness;
      // Pages of other hosts may ask here.
      case "sync":
        return request.method === "POST" ? () => sync(request) : readiness;
      case "schema":
        return () => schema(request);
      case "stream":
        return () => eventStream(request);
      case "topic":
        return () => topicSnapshot(request, decode(request.path.slice(TOPICS_PATH.length)));
      case "rows": {
        const [, name = "", set = ""] = ROWS_PATH.exec(request.path) ?? [];
        return () => topicRows(request, decode(name), decode(set));
      }
      case "wait":
        return () => topicWait(request, decode(WAIT_PATH.exec(request.path)?.[1] ?? ""));
      case "page":
        break;
    }
    const file = page(request.path);
    return file && (() => file);
  };
  return (request) => {
    const answer = find(request);
    if (answer === undefined) return plain(404, "not found");
    if (request.method === "GET" || request.method === "HEAD" || takesBody(request)) return answer();
    const allow = request.path === SYNC_PATH ? "GET, HEAD, POST" : "GET, HEAD";
    return plain(405, `${allow} only`, { allow });
  };
}

/** What can't be decoded stays as it is: no topic's name. */
function decode(text: string): string {
  return decoded(text) ?? text;
}
