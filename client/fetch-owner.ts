/** `@deltad/client/fetch`: an owner's numbers, or what numbers there are, by one request, for a server that renders a page, a script, or a cache of queries. */
import type { Schema } from "../protocol/schema.ts";
import { ownerTopic } from "../protocol/topic.ts";
import type { AnyStreamTypes, StreamTypes } from "./stream-types.ts";
import type { GetToken } from "./tokens.ts";

/** Which daemon is asked, and with what token. */
export interface FetchOptions {
  /** Where the daemon is, e.g. `https://live.example.com`. */
  readonly url: string;
  /** Called for each request, and once more (`refused`) where the daemon does not take the token. */
  readonly getToken: GetToken;
  /** Instead of the global one. */
  readonly fetch?: typeof fetch;
  readonly signal?: AbortSignal;
}

/** An owner's numbers at one instant. `initial` of `useRealtimeStats` takes it. */
export interface Fetched<Metrics> {
  /** `{}` while the owner has no row. */
  readonly data: Metrics;
  /** ISO with microseconds. */
  readonly asOf: string;
  /** Names what the numbers are: with the same tag they are the same. */
  readonly tag: string;
}

/**
 * The owner's numbers now; `before` itself where nothing has changed since. Throws an Error, whose message begins with the HTTP status,
 * where the daemon refuses: 401, 403, or 503 while it can't vouch for them.
 */
export async function fetchOwner<S extends StreamTypes = AnyStreamTypes>(
  options: FetchOptions,
  ownerId: string | number,
  before?: Fetched<S["metrics"]>,
): Promise<Fetched<S["metrics"]>> {
  const path = `/v1/topics/${encodeURIComponent(ownerTopic(String(ownerId)))}`;
  const response = await askDaemon(options, path, before && { "if-none-match": before.tag });
  if (response.status === 304 && before) return before;
  if (!response.ok) throw new Error(`${response.status} for owner ${ownerId}: ${(await response.text()).trim()}`);
  const { data, asOf } = (await response.json()) as { readonly data: S["metrics"]; readonly asOf: string };
  return { data, asOf, tag: response.headers.get("etag") ?? "" };
}

/**
 * Which metrics and events the configuration has: what a page draws from. Throws an Error, whose message begins with the HTTP status, where the
 * daemon refuses.
 */
export async function fetchSchema(options: FetchOptions): Promise<Schema> {
  const answer = await askDaemon(options, "/v1/schema");
  if (!answer.ok) throw new Error(`${answer.status} for the schema: ${(await answer.text()).trim()}`);
  return (await answer.json()) as Schema;
}

/** Asks for a path of the daemon with a token; once more where the token is not taken. */
async function askDaemon(
  options: FetchOptions,
  path: string,
  headers?: Readonly<Record<string, string>>,
): Promise<Response> {
  const { url, getToken, signal = new AbortController().signal } = options;
  const request = options.fetch ?? fetch;
  const ask = async (reason: "connect" | "refused"): Promise<Response> => {
    const authorization = `Bearer ${await getToken({ reason, signal })}`;
    return request(`${url.replace(/\/$/, "")}${path}`, { headers: { authorization, ...headers }, signal });
  };
  const response = await ask("connect");
  return response.status === 401 ? ask("refused") : response;
}
