/**
 * `POST /v1/sync`: operations on rows, for clients that hold no WebSocket open. What becomes of each is in the answer, and nowhere else for who
 * follows the rows by asking for them: a snapshot that was asked for with `?fresh=1` after it has them.
 */
import * as v from "valibot";
import { sync } from "../../../protocol/up/operate.ts";
import type { Operations } from "../operations.ts";
import { readJson } from "../sessions/inbound.ts";
import { type HttpIdentification, permit, refusal, REFUSALS } from "./http-access.ts";
import { json } from "./response.ts";
import type { Request, Response } from "../transports/transport.ts";

export const SYNC_PATH = "/v1/sync";

export interface SyncOptions {
  readonly operations: Pick<Operations, "do">;
  readonly identification: HttpIdentification;
  /** How deep the body may nest. */
  readonly maxDepth: number;
}

/** Whether a request's body is read. */
export function takesBody({ method, path }: Pick<Request, "method" | "path">): boolean {
  return method === "POST" && path === SYNC_PATH;
}

export function syncAnswer({ operations, identification, maxDepth }: SyncOptions) {
  return async (request: Request): Promise<Response> => {
    const permission = await permit(request, [], identification);
    if ("refusal" in permission) return permission.refusal;
    if (request.body === undefined) return REFUSALS.too_large;
    const asked = v.safeParse(sync, readJson(request.body, maxDepth)?.value);
    if (!asked.success) return refusal(400, "invalid_message");
    const done = await operations.do(permission.identity, asked.output);
    if ("refusal" in done) return REFUSALS[done.refusal];
    return json(200, `${JSON.stringify({ answers: done.answers.map(({ answer }) => answer) })}\n`);
  };
}
