/**
 * What a browser must hear before it lets a page of another host read an answer of /v1/ (Fetch standard, CORS). Tokens come in a header,
 * never in a cookie, so credentials are never allowed. Pages of no allowed origin are refused, preflight and request alike.
 */
import type { IsAllowedOrigin } from "./origin.ts";
import { type Headers, json, respondWith } from "./response.ts";
import type { Route } from "./routes.ts";
import type { Request, Response } from "../transports/transport.ts";

const API_PREFIX = "/v1/";
const METHODS = "GET, HEAD, POST";
/** Headers that our clients send and browsers ask about. */
const ALLOWED_HEADERS = "authorization, content-type, if-none-match, last-event-id";
const EXPOSED_HEADERS = "etag, retry-after";
/** How long a browser remembers the answer to a preflight. */
const REMEMBERED_S = 600;

/** Lets a page of an allowed origin read the answer; empty where no page asks. */
export function corsHeaders(request: Request, isAllowedOrigin: IsAllowedOrigin): Headers {
  const origin = request.header("origin");
  if (origin === undefined || !isAllowedOrigin(request)) return {};
  return { "access-control-allow-origin": origin, "access-control-expose-headers": EXPOSED_HEADERS };
}

/** Answers preflights, refuses other origins, and adds what browsers need to the answers of `route`, on /v1/ alone. */
export function withCors(route: Route, isAllowedOrigin: IsAllowedOrigin): Route {
  return (request) => {
    if (!request.path.startsWith(API_PREFIX)) return route(request);
    if (!isAllowedOrigin(request)) return forbidden();
    if (isPreflight(request)) return preflight(request, isAllowedOrigin);
    const response = route(request);
    const readable = (answer: Response): Response => ({
      ...answer,
      // The answer depends on the page that asks, also where none did: no cache may give one page's to another.
      headers: { ...answer.headers, vary: "origin", ...corsHeaders(request, isAllowedOrigin) },
    });
    return response instanceof Promise ? response.then(readable) : readable(response);
  };
}

function isPreflight(request: Request): boolean {
  return (
    request.method === "OPTIONS" &&
    request.header("origin") !== undefined &&
    request.header("access-control-request-method") !== undefined
  );
}

function preflight(request: Request, isAllowedOrigin: IsAllowedOrigin): Response {
  return respondWith(200, "text/plain; charset=utf-8", "", {
    ...corsHeaders(request, isAllowedOrigin),
    "access-control-allow-methods": METHODS,
    "access-control-allow-headers": ALLOWED_HEADERS,
    "access-control-max-age": String(REMEMBERED_S),
    vary: "origin, access-control-request-method, access-control-request-headers",
  });
}

function forbidden(): Response {
  return json(403, '{"error":"origin"}\n', { vary: "origin" });
}
