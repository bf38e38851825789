/** `GET /v1/schema`: what this configuration's metrics and events are, for every client whose token is good. */
import { createHash } from "node:crypto";
import type { Schema } from "../../../protocol/schema.ts";
import type { Request, Response } from "../transports/transport.ts";
import { isKnown } from "./entity-tag.ts";
import { type HttpIdentification, permit } from "./http-access.ts";
import { json, notModified } from "./response.ts";

/** The schema is the same for all topics and until the daemon ends; its tag is the same whichever daemon answers. */
export function schemaAnswer(
  schema: Schema,
  identification: HttpIdentification,
): (request: Request) => Promise<Response> {
  const body = `${JSON.stringify(schema)}\n`;
  const etag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
  return async (request) => {
    const permission = await permit(request, undefined, identification);
    if ("refusal" in permission) return permission.refusal;
    return isKnown(request, etag) ? notModified({ etag }) : json(200, body, { etag });
  };
}
