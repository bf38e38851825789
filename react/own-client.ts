import {
  type Cause,
  type Client,
  type ClientOptions,
  type Connection,
  createClient,
  type StreamTypes,
} from "../client/client.ts";

export interface OwnClientOptions extends Partial<ClientOptions> {
  readonly ownerId: string;
  /** Instead of `getToken`. Another one is used from the next time that the daemon wants one. */
  readonly token?: string;
}

/** The client of one component, which hands over its options anew with every rendering. */
export class OwnClient<S extends StreamTypes> {
  readonly client: Client<S>;
  #options: OwnClientOptions;

  /** Throws an Error where there is no way to a token. */
  constructor(options: OwnClientOptions) {
    const { url = ".", environment, onError } = options;
    if (options.token === undefined && !options.getToken) {
      throw new Error("useRealtimeStats needs token or getToken, or a RealtimeProvider around it");
    }
    this.#options = options;
    this.client = createClient<S>({
      url,
      getToken: (request) => this.#options.token ?? this.#options.getToken?.(request) ?? "",
      ...(onError && { onError: (error) => this.#options.onError?.(error) }),
      ...(environment && { environment }),
    });
  }

  update(options: OwnClientOptions): void {
    const before = this.#options;
    this.#options = options;
    if (before.token === options.token) return;
    // A token that was not taken is why it stopped; this is another one.
    const { connection } = this.client.owner(options.ownerId).getSnapshot();
    if (errorOf(connection)) this.client.connect();
  }
}

/** Why there is no connection; undefined while there is one, or none is wanted. */
export function errorOf(connection: Connection): Cause | undefined {
  if (connection.state !== "retrying" && connection.state !== "closed") return undefined;
  return connection.cause.kind === "requested" ? undefined : connection.cause;
}
