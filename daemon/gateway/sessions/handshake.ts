/** Decides about a WebSocket handshake from its headers alone. */
import type { CloseName } from "../../../protocol/codes.ts";
import { BEARER_PREFIX, PROTOCOL, STREAM_PATH } from "../../../protocol/version.ts";
import type { IsAllowedOrigin } from "../http/origin.ts";
import { plain, upgradeRequired } from "../http/response.ts";
import type { ClientRequest } from "./session-machine.ts";
import type { Handshake, Request } from "../transports/transport.ts";

/**
 * How an accepted connection begins. Refusals for which the client needs to know why are accepted and closed at once, because a browser
 * shows a page neither the status nor the body of a failed handshake.
 */
export type Admission =
  | { readonly kind: "token"; readonly token: string }
  | { readonly kind: "no_token" }
  /** Server-sent events: what the address asks for. */
  | { readonly kind: "stream"; readonly token: string; readonly requests: readonly ClientRequest[] }
  | { readonly kind: "refused"; readonly close: CloseName };

export type HandshakeDecision =
  | { readonly accept: true; readonly subprotocol: string | undefined; readonly admission: Admission }
  | Extract<Handshake, { accept: false }>;

export function decideHandshake(request: Request, isAllowedOrigin: IsAllowedOrigin): HandshakeDecision {
  if (request.path !== STREAM_PATH) return { accept: false, response: plain(404, "not found") };
  if (request.method !== "GET" || !isWebSocket(request)) return { accept: false, response: upgradeRequired() };
  const offered = offeredProtocols(request);
  const token = bearerToken(request) ?? offeredToken(offered);
  const subprotocol = offered.includes(PROTOCOL) ? PROTOCOL : undefined;
  if (!isAllowedOrigin(request)) return accept(subprotocol, { kind: "refused", close: "origin" });
  const names = offered.filter((name) => !name.startsWith(BEARER_PREFIX));
  if (names.length > 0 && subprotocol === undefined) {
    // A client whose offers are all ignored fails the handshake itself; echoing one lets it hear the code.
    return accept(names[0], { kind: "refused", close: "subprotocol" });
  }
  return accept(subprotocol, token === undefined ? { kind: "no_token" } : { kind: "token", token });
}

/** The token of an `Authorization: Bearer` header. */
export function bearerToken(request: Request): string | undefined {
  return tokenIn(request.header("authorization"));
}

/** The token in the header's value. */
export function tokenIn(authorization = ""): string | undefined {
  return /^Bearer +(\S+)$/i.exec(authorization)?.[1];
}

function accept(subprotocol: string | undefined, admission: Admission): HandshakeDecision {
  return { accept: true, subprotocol, admission };
}

function isWebSocket(request: Request): boolean {
  const connection = (request.header("connection") ?? "").toLowerCase().split(",");
  return (
    request.header("upgrade")?.toLowerCase() === "websocket" &&
    connection.some((word) => word.trim() === "upgrade") &&
    request.header("sec-websocket-version") === "13" &&
    /^[+/0-9A-Za-z]{22}==$/.test(request.header("sec-websocket-key") ?? "")
  );
}

function offeredProtocols(request: Request): string[] {
  const header = request.header("sec-websocket-protocol") ?? "";
  return header
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}

function offeredToken(offered: readonly string[]): string | undefined {
  const name = offered.find((candidate) => candidate.startsWith(BEARER_PREFIX));
  return name?.slice(BEARER_PREFIX.length);
}
