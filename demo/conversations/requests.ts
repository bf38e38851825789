/**
 * Requests by which members write:
 *
 *     POST   /conversations/5/messages      {"body": "…"}   201 {"id": "77"}
 *     PATCH  /conversations/5/messages/77   {"body": "…"}   200 {"id": "77"}
 *     DELETE /conversations/5/messages/77                   200 {"id": "77"}
 *
 * each with `authorization: Bearer …`, a token that deltad takes too, unless it was revoked. Answers to what can't be done are `{"error": "…"}`, in a sentence.
 */
import * as v from "valibot";
import type { Queryable } from "../../daemon/database/session.ts";
import type { Auth } from "../../daemon/gateway/auth/auth.ts";
import type { TokenName } from "../../daemon/gateway/auth/claims.ts";
import { tokenIn } from "../../daemon/gateway/sessions/handshake.ts";
import type { Messages, Written } from "./messages.ts";

/** As the table has it. */
export const MOST_LETTERS = 2_000;
/** Of a request's body: that many letters, however they are written. */
export const MOST_BYTES = 16_384;

export interface WriteRequest {
  readonly method: string;
  /** Without what follows `?`. */
  readonly path: string;
  readonly authorization: string | undefined;
  /** The whole body; rejects where it is longer than {@link MOST_BYTES}. */
  readonly read: () => Promise<string>;
}

export interface Answer {
  readonly status: number;
  readonly body: { readonly id: string } | { readonly error: string };
}

/** Why a request's body is not read to its end. */
export class TooLarge extends Error {}

/** No leading zero, and less than a bigint. */
const ID = "[1-9]\\d{0,17}";
const PATH = new RegExp(`^/conversations/(${ID})/messages(?:/(${ID}))?$`);
const PERSON = new RegExp(`^${ID}$`);

const message = v.strictObject({
  body: v.pipe(
    v.string(),
    v.trim(),
    v.minLength(1),
    v.maxLength(MOST_LETTERS),
    // PostgreSQL keeps no NUL, and UTF-8 has no half of a pair.
    v.check((text) => !/[\0\p{Surrogate}]/u.test(text)),
  ),
});

/** What requests are answered by. */
export interface Parts {
  readonly auth: Auth;
  /** Where deltad keeps which tokens were revoked. */
  readonly database: Queryable;
  readonly messages: Messages;
}

/** Undefined: the path is none of ours. */
export async function answerTo(request: WriteRequest, parts: Parts): Promise<Answer | undefined> {
  const [, conversation, id] = PATH.exec(request.path) ?? [];
  if (conversation === undefined) return undefined;
  const { method } = request;
  const takes = id === undefined ? ["POST"] : ["PATCH", "DELETE"];
  if (!takes.includes(method)) return refusal(405, `this path takes ${takes.join(" and ")}`);
  const person = await personOf(request.authorization, parts);
  if (typeof person !== "string") return person;
  const text = method === "DELETE" ? "" : await textOf(request);
  if (typeof text !== "string") return text;
  const { messages } = parts;
  if (id === undefined) return told(await messages.write(person, conversation, text), 201);
  if (method === "PATCH") return told(await messages.edit(person, conversation, id, text), 200);
  return told(await messages.takeBack(person, conversation, id), 200);
}

async function personOf(authorization: string | undefined, { auth, database }: Parts): Promise<string | Answer> {
  const token = tokenIn(authorization);
  if (token === undefined) return refusal(401, "give a token: authorization: Bearer …");
  const verified = await auth.verify(token);
  if (verified === "expired") return refusal(401, "the token has expired: get another one");
  if (verified === undefined) return refusal(401, "the token is not good here");
  if (await isRevoked(database, verified.token)) return refusal(401, "the token was revoked: get another one");
  const { subject } = verified.token;
  if (subject === undefined || !PERSON.test(subject)) return refusal(403, "the token says nobody's id as its sub");
  return subject;
}

/** By `deltad token revoke`. A token that does not say when it was issued may be an old one. */
async function isRevoked(database: Queryable, { id, subject, issuedAtSeconds }: TokenName): Promise<boolean> {
  const found = await database.query(
    `select from deltad.revocation
     where token_id = $1 or subject = $2 and ($3::float8 is null or issued_until >= to_timestamp($3)) limit 1`,
    [id ?? null, subject ?? null, issuedAtSeconds ?? null],
  );
  return found.length > 0;
}

async function textOf({ read }: WriteRequest): Promise<string | Answer> {
  try {
    return v.parse(message, JSON.parse(await read())).body;
  } catch (error) {
    if (error instanceof TooLarge) return refusal(413, `a request has at most ${MOST_BYTES} bytes`);
    if (!(error instanceof v.ValiError) && !(error instanceof SyntaxError)) throw error;
    return refusal(400, `send {"body": "…"}, with a text of 1 to ${MOST_LETTERS} letters`);
  }
}

function told(written: Written, status: number): Answer {
  if (written === "refused") return refusal(403, "only members may write here");
  if (written === "missing") return refusal(404, "there is no such message of yours");
  return { status, body: written };
}

function refusal(status: number, error: string): Answer {
  return { status, body: { error } };
}
