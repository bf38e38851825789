/** `@deltad/client/fetch`: an owner's numbers by one request, for a server that renders a page, a script, or a cache of queries. */
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
  const { url, getToken, signal = new AbortController().signal } = options;
  const request = options.fetch ?? fetch;
  const address = `${url.replace(/\/$/, "")}/v1/topics/${encodeURIComponent(ownerTopic(String(ownerId)))}`;
  const ask = async (reason: "connect" | "refused"): Promise<Response> => {
    const authorization = `Bearer ${await getToken({ reason, signal })}`;
    return request(address, { headers: { authorization, ...(before && { "if-none-match": before.tag }) }, signal });
  };
  let response = await ask("connect");
  if (response.status === 401) response = await ask("refused");
  if (response.status === 304 && before) return before;
  if (!response.ok) throw new Error(`${response.status} for owner ${ownerId}: ${(await response.text()).trim()}`);
  const { data, asOf } = (await response.json()) as { readonly data: S["metrics"]; readonly asOf: string };
  return { data, asOf, tag: response.headers.get("etag") ?? "" };
}
