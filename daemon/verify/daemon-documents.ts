/**
 * Asks a running daemon for owners' documents, as its subscribers have them, and for the database snapshot and the instant that each is of:
 * `GET /v1/topics/owner:7?at=now`, with an administrator's token. A few at a time, so that nobody else waits.
 */
import * as v from "valibot";
import { rows } from "../../protocol/down/rows.ts";
import { snapshot } from "../../protocol/down/snapshot.ts";
import { stale } from "../../protocol/down/stale.ts";
import type { JsonObject } from "../../protocol/json.ts";
import { printTopic } from "../../protocol/topic.ts";
import { reasonOf } from "../database/reason.ts";

export type DaemonAnswer =
  | {
      readonly kind: "document";
      readonly owner: string;
      readonly document: JsonObject;
      /** `pg_snapshot`, of the daemon's latest reading. */
      readonly at: string;
      /** The instant, in microseconds since 1970. */
      readonly asOf: number;
      /** Signed with a secret of the daemon's database. */
      readonly cursor: string;
    }
  /** The daemon itself does not vouch for the owner's numbers. */
  | { readonly kind: "stale"; readonly owner: string; readonly since: string; readonly reason: string }
  /** It could not say in time. */
  | { readonly kind: "unavailable"; readonly owner: string };

/** What a daemon shows of a channel; one that holds too much to be shown is unavailable. */
export type RowsAnswer =
  | { readonly kind: "rows"; readonly owner: string; readonly sets: v.InferOutput<typeof rows>["sets"] }
  /** It says that there is no such channel. */
  | { readonly kind: "missing"; readonly owner: string }
  | Extract<DaemonAnswer, { kind: "stale" | "unavailable" }>;

/** Nobody answers there, or not as a daemon that can be compared with. */
export class NoDaemon extends Error {
  override readonly name = "NoDaemon";
}

export interface DaemonAddress {
  /** As the operator wrote it. */
  readonly url: string;
  /** A token that is good for the next minutes; it stands in headers alone. */
  readonly token: () => string;
}

/** Each costs the daemon a load, where nobody follows the owner. */
const AT_ONCE = 32;
/** The daemon gives up after 5 s. */
const ANSWER_MS = 15_000;

const staleAnswer = v.object({ ...stale.entries, error: v.literal("stale") });

export class DaemonDocuments {
  readonly url: string;
  readonly #token: () => string;

  constructor({ url, token }: DaemonAddress) {
    this.url = url;
    this.#token = token;
  }

  /** Throws {@link NoDaemon} unless a daemon is there, another Error if it does not take the token. */
  async reach(): Promise<void> {
    const { status } = await this.#get("/v1/schema");
    if (status === 401) throw this.#refused();
    if (status !== 200) throw new NoDaemon(`${this.url} answered with ${status}, not as a daemon does`);
  }

  /** Of topics of one kind, in the order of the answers. Throws {@link NoDaemon} where it is gone. */
  async read(kind: string, owners: readonly string[]): Promise<DaemonAnswer[]> {
    return each(owners, async (owner) => {
      const { status, body } = await this.#topic(kind, owner);
      const found = status === 200 ? v.safeParse(snapshot, body) : undefined;
      if (!found?.success || found.output.at === undefined) return this.#refusal(owner, status, body);
      const { data, at, asOf, cursor } = found.output;
      return { kind: "document", owner, document: data, at, asOf: microsecondsOf(asOf), cursor };
    });
  }

  /** The same of channels of one kind. */
  async readRows(kind: string, keys: readonly string[]): Promise<RowsAnswer[]> {
    return each(keys, async (owner) => {
      const { status, body } = await this.#topic(kind, owner);
      const found = status === 200 ? v.safeParse(rows, body) : undefined;
      if (found?.success && found.output.at !== undefined) return { kind: "rows", owner, sets: found.output.sets };
      if (status === 404) return { kind: "missing", owner };
      return status === 413 ? { kind: "unavailable", owner } : this.#refusal(owner, status, body);
    });
  }

  #topic(kind: string, key: string): Promise<{ status: number; body: unknown }> {
    return this.#get(`/v1/topics/${encodeURIComponent(printTopic({ kind, key }))}?at=now`);
  }

  /** @throws NoDaemon, or Error, where it is none that a daemon gives */
  #refusal(owner: string, status: number, body: unknown): Extract<DaemonAnswer, { kind: "stale" | "unavailable" }> {
    const refused = status === 503 ? v.safeParse(staleAnswer, body) : undefined;
    if (refused?.success) return { kind: "stale", owner, since: refused.output.since, reason: refused.output.reason };
    if (status === 503 || status === 429) return { kind: "unavailable", owner };
    if (status === 401 || status === 403) throw this.#refused();
    throw new NoDaemon(
      `the daemon at ${this.url} can't say at which snapshot it is (${status}): is it of this version?`,
    );
  }

  #refused(): Error {
    return new Error(
      `the daemon at ${this.url} did not take the token: it must be an administrator's, for this daemon`,
    );
  }

  async #get(path: string): Promise<{ status: number; body: unknown }> {
    try {
      const headers = { authorization: `Bearer ${this.#token()}` };
      const signal = AbortSignal.timeout(ANSWER_MS);
      const answer = await fetch(new URL(path, this.url), { headers, signal, redirect: "error" });
      const text = await answer.text();
      return { status: answer.status, body: parse(text) };
    } catch (error) {
      const { cause } = error as { cause?: unknown };
      throw new NoDaemon(`no daemon answers at ${this.url}: ${reasonOf(cause ?? error)}`);
    }
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Of `2026-05-08T13:05:09.123456Z`, since 1970. */
function microsecondsOf(instant: string): number {
  return Date.parse(`${instant.slice(0, 23)}Z`) * 1000 + Number(instant.slice(23, 26));
}

/** A few at a time; gives the answers in the order in which they came. */
async function each<Answer>(keys: readonly string[], ask: (key: string) => Promise<Answer>): Promise<Answer[]> {
  const answers: Answer[] = [];
  const waiting = keys.values();
  const work = async (): Promise<void> => {
    for (const key of waiting) answers.push(await ask(key));
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, keys.length) }, work));
  return answers;
}
