/**
 * Where there is no provider, hooks of one daemon and one subject share one client. It connects while one of them uses it, and is
 * forgotten when none does. On a server nothing is shared: requests of many people run in one process.
 */
import {
  type Cause,
  type Client,
  type ClientOptions,
  type Connection,
  type ConnectionState,
  createClient,
  type GetToken,
  type Owner,
  type StreamTypes,
} from "../client/client.ts";

/** Which topic: one of the two. */
export type Followed =
  | { readonly ownerId: string | number; readonly topic?: undefined }
  /** A topic of another kind, `listing:12`; its types are `StreamTypesOf<typeof config>["topics"]["listing"]`. */
  | { readonly topic: string; readonly ownerId?: undefined };

export type OwnClientOptions = ConnectionOptions & Followed;

interface ConnectionOptions extends Partial<Omit<ClientOptions, "getToken">> {
  readonly getToken?: GetToken | undefined;
  /** False: nothing is asked for, and the hook's own use of a connection ends. */
  readonly enabled?: boolean;
  /** Instead of `getToken`; undefined until it is there. Another one is used from the next time that the daemon wants one. */
  readonly token?: string | undefined;
  /** Whose token `getToken` gives: hooks of one URL and subject share a socket. Of a `token` its claims tell. */
  readonly subject?: string;
}

const shared = new Map<string, OwnClient<StreamTypes>>();

/** What a page is where there is a document. */
const isPage = (): boolean => "document" in globalThis;

export class OwnClient<S extends StreamTypes> {
  readonly client: Client<S>;
  readonly #key: string;
  #options: OwnClientOptions;
  #uses = 0;

  private constructor(key: string, options: OwnClientOptions) {
    const { url = ".", environment, onError, logger } = options;
    if (!("token" in options) && !("getToken" in options) && options.enabled !== false) {
      throw new Error("useRealtimeStats needs token or getToken, or a RealtimeProvider around it");
    }
    this.#key = key;
    this.#options = options;
    this.client = createClient<S>({
      url,
      getToken: (request) => this.#options.token ?? this.#options.getToken?.(request) ?? "",
      ...(onError && { onError: (error) => this.#options.onError?.(error) }),
      ...(logger && { logger }),
      ...(environment && { environment }),
    });
  }

  /**
   * The client that is shared by this key. Throws an Error where there is no way to a token.
   * @see keyOf
   */
  static of<S extends StreamTypes>(key: string, options: OwnClientOptions): OwnClient<S> {
    const known = shared.get(key) as OwnClient<S> | undefined;
    if (known) return known;
    const made = new OwnClient<S>(key, options);
    if (isPage()) shared.set(key, made as unknown as OwnClient<StreamTypes>);
    return made;
  }

  /** Connects, for one more. Returns its own undo. */
  use(): () => void {
    this.#uses += 1;
    if (isPage()) shared.set(this.#key, this as unknown as OwnClient<StreamTypes>);
    this.client.connect();
    return () => {
      this.#uses -= 1;
      if (this.#uses > 0) return;
      shared.delete(this.#key);
      this.client.close();
    };
  }

  update(options: OwnClientOptions): void {
    const before = this.#options;
    this.#options = options;
    if (before.token === options.token) return;
    // A token that was not taken is why it stopped; this is another one.
    const { connection } = ownerOf(this.client, options).getSnapshot();
    if (this.#uses > 0 && errorOf(connection)) this.client.connect();
  }
}

/** What the options name. Throws a TypeError where it can't be a topic. */
export function ownerOf<S extends StreamTypes>(client: Client<S>, { topic, ownerId = "" }: OwnClientOptions): Owner<S> {
  return topic === undefined ? client.owner(ownerId) : client.topic(topic as `owner:${string}`);
}

/** What names the client of these options; `id` where nobody can know whose token it is. */
export function keyOf({ url = ".", token, subject }: OwnClientOptions, id: string): string {
  return JSON.stringify([url, subject ?? (token === undefined ? { id } : subjectOf(token))]);
}

/** Whose token it is, as a daemon tells whether another may take its place. */
export function subjectOf(token: string): unknown {
  try {
    const payload = (token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
    const { sub, ownerId, owners, topics, role } = JSON.parse(atob(payload)) as Record<string, unknown>;
    return [sub ?? { ownerId, owners, topics, role }];
  } catch {
    return token;
  }
}

/** Whether there is a way to a token. */
export function hasToken({ token, getToken }: OwnClientOptions): boolean {
  return token !== undefined || getToken !== undefined;
}

/** Why there is no connection; undefined while there is one, or none is wanted. */
export function errorOf(connection: Connection | ConnectionState): Cause | undefined {
  if (connection.state !== "retrying" && connection.state !== "closed") return undefined;
  return connection.cause.kind === "requested" ? undefined : connection.cause;
}
