/**
 * The operator's side: a listener of its own, on an address of its own, by plain Node, so that it answers while the clients' listener is
 * flooded. Every request needs a token that the operator has named; nothing of it is ever served on the clients' port.
 */
import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Log } from "../config/log.ts";
import { loadPage, type Page } from "../gateway/http/page.ts";
import { plain, type WholeResponse } from "../gateway/http/response.ts";
import { listenError } from "../gateway/transports/listen-error.ts";
import { type AdminServices, answerOperator } from "./admin-routes.ts";
import { type AdminToken, createHolderOf } from "./admin-tokens.ts";

export interface AdminListenerOptions extends AdminServices {
  readonly host: string;
  /** 0: the system chooses. */
  readonly port: number;
  readonly tokens: readonly AdminToken[];
  /** A folder with the built page, served to everybody who comes here: it holds nothing, and asks for a token. */
  readonly pageDir: string;
  readonly log: Log;
}

/** Far more than operators and their monitoring have. */
const MOST_CONNECTIONS = 64;
const TIMEOUT_MS = 10_000;

export class AdminListener {
  readonly #options: AdminListenerOptions;
  readonly #server: Server;
  #page: Page = () => undefined;

  constructor(options: AdminListenerOptions) {
    this.#options = options;
    const holderOf = createHolderOf(options.tokens);
    this.#server = createServer({ requestTimeout: TIMEOUT_MS, headersTimeout: TIMEOUT_MS }, (request, response) => {
      // Nobody reads it: a body would hold the connection.
      request.resume();
      const { method, url = "", headers } = request;
      const page = method === "GET" || method === "HEAD" ? this.#pageAt(url) : undefined;
      if (page !== undefined) return respond(response, page);
      answerOperator(method, url, holderOf(headers.authorization), options).then(
        (answer) => respond(response, answer),
        (error: unknown) => {
          options.log.error({ error }, "a request of an operator failed");
          respond(response, plain(500, "internal error"));
        },
      );
    });
    this.#server.maxConnections = MOST_CONNECTIONS;
  }

  /**
   * @returns the port
   * @throws ConfigError if the port can't be had
   */
  async start(): Promise<number> {
    const { host, port, pageDir, log } = this.#options;
    this.#page = await loadPage(pageDir, log);
    this.#server.listen({ host, port, exclusive: true });
    try {
      await once(this.#server, "listening");
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw listenError(host, port, code, { host: "DELTAD_ADMIN_HOST", port: "DELTAD_ADMIN_PORT" });
    }
    return (this.#server.address() as AddressInfo).port;
  }

  #pageAt(url: string): WholeResponse | undefined {
    const [path = ""] = url.split("?");
    if (path === "/" || path === "/admin") return plain(308, "the page is at /admin/", { location: "/admin/" });
    return path.startsWith("/admin/") ? this.#page(path.slice("/admin".length)) : undefined;
  }

  /** Ends everything at once. Idempotent. */
  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

function respond(response: ServerResponse, { status, headers, body }: WholeResponse): void {
  response.writeHead(status, headers);
  response.end(body);
}
