/**
 * Requests by which members write:
 *
 *     POST   /conversations/5/messages      {"body": "…"}   201 {"id": "77"}
 *     PATCH  /conversations/5/messages/77   {"body": "…"}   200 {"id": "77"}
 *     DELETE /conversations/5/messages/77                   200 {"id": "77"}
 *
 * each with `authorization: Bearer …`, the token that deltad takes too. Answers to what can't be done are `{"error": "…"}`, in a sentence.
 */
import * as v from "valibot";
import type { Auth } from "../../daemon/gateway/auth/auth.ts";
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

/** Undefined: the path is none of ours. */
export async function answerTo(
  request: WriteRequest,
  { auth, messages }: { readonly auth: Auth; readonly messages: Messages },
): Promise<Answer | undefined> {
  const [, conversation, id] = PATH.exec(request.path) ?? [];
  if (conversation === undefined) return undefined;
  const { method } = request;
  const takes = id === undefined ? ["POST"] : ["PATCH", "DELETE"];
  if (!takes.includes(method)) return refusal(405, `this path takes ${takes.join(" and ")}`);
  const person = await personOf(request.authorization, auth);
  if (typeof person !== "string") return person;
  const text = method === "DELETE" ? "" : await textOf(request);
  if (typeof text !== "string") return text;
  if (id === undefined) return told(await messages.write(person, conversation, text), 201);
  if (method === "PATCH") return told(await messages.edit(person, conversation, id, text), 200);
  return told(await messages.takeBack(person, conversation, id), 200);
}

async function personOf(authorization: string | undefined, auth: Auth): Promise<string | Answer> {
  const [, token] = /^Bearer +(\S+)$/i.exec(authorization ?? "") ?? [];
  if (token === undefined) return refusal(401, "give a token: authorization: Bearer …");
  const verified = await auth.verify(token);
  if (verified === "expired") return refusal(401, "the token has expired: get another one");
  if (verified === undefined) return refusal(401, "the token is not good here");
  const { subject } = verified.token;
  if (subject === undefined || !PERSON.test(subject)) return refusal(403, "the token says nobody's id as its sub");
  return subject;
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
