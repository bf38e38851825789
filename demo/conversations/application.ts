/**
 * The marketplace's own server: its page of conversations, and the requests by which members write. What the page shows comes from deltad,
 * which listens elsewhere; so that is the one other place that the page may talk to.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { Log } from "../../daemon/config/log.ts";
import type { Queryable } from "../../daemon/database/session.ts";
import type { Auth } from "../../daemon/gateway/auth/auth.ts";
import { loadPage, type Page } from "../../daemon/gateway/http/page.ts";
import { Messages } from "./messages.ts";
import { answerTo, MOST_BYTES, TooLarge } from "./requests.ts";

/** The page's file in the folder of pages. */
const PAGE = "/conversations.html";
/** In the same folder, and of no use here: its numbers come from the server that gives it out. */
const DELTADS_PAGE = "/index.html";
/** What the page reads deltad's port from. */
const PORT_MARK = 'name="deltad-port" content=""';
const REQUEST_MS = 10_000;
const MOST_CONNECTIONS = 500;

export interface ApplicationOptions {
  readonly host: string;
  readonly database: Queryable;
  /** The tokens are deltad's. */
  readonly auth: Auth;
  /** Where the built pages are. */
  readonly pageDir: string;
  readonly log: Log;
}

export class Application {
  readonly #options: ApplicationOptions;
  readonly #messages: Messages;
  readonly #server: Server;
  #page: Page = () => undefined;
  #deltadPort: number | undefined;

  constructor(options: ApplicationOptions) {
    this.#options = options;
    this.#messages = new Messages(options.database);
    this.#server = createServer((request, response) => void this.#answer(request, response));
    this.#server.requestTimeout = REQUEST_MS;
    this.#server.maxConnections = MOST_CONNECTIONS;
  }

  /** Listens on a port that is free, and resolves to it. */
  async start(): Promise<number> {
    const { host, pageDir, log } = this.#options;
    this.#page = await loadPage(pageDir, log);
    this.#server.listen(0, host);
    await once(this.#server, "listening");
    return (this.#server.address() as AddressInfo).port;
  }

  /** From now on the page is given out: it finds deltad there, on the host by which it was asked for. */
  showDeltad(port: number): void {
    this.#deltadPort = port;
  }

  /** Ends every connection. Idempotent. */
  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", url = "", headers } = request;
    const [path = ""] = url.split("?");
    try {
      const answer = await answerTo(
        { method, path, authorization: headers.authorization, read: () => readBody(request) },
        { ...this.#options, messages: this.#messages },
      );
      if (answer) send(response, answer.status, JSON.stringify(answer.body));
      else this.#give(path, method, headers.host ?? "", response);
    } catch (error) {
      // Broken off by the client: nobody waits for an answer, and the database has nothing to do with it.
      if (request.destroyed && !request.complete) return;
      this.#options.log.warn({ error }, "the demo could not answer a request");
      send(response, 503, JSON.stringify({ error: "the database can't be asked at the moment: try again" }));
    }
  }

  #give(path: string, method: string, host: string, response: ServerResponse): void {
    const file = path === DELTADS_PAGE ? undefined : this.#page(path === "/" ? PAGE : path);
    if (file === undefined || this.#deltadPort === undefined) {
      send(response, 404, JSON.stringify({ error: "there is nothing here" }));
      return;
    }
    if (method !== "GET" && method !== "HEAD") {
      send(response, 405, JSON.stringify({ error: "this path takes GET" }));
      return;
    }
    const { status, headers, body } = file;
    const policy = headers["content-security-policy"]?.replace("connect-src 'self'", this.#connections(host)) ?? "";
    response.writeHead(status, { ...headers, "content-security-policy": policy });
    const isHtml = headers["content-type"]?.startsWith("text/html") === true;
    const bytes = Buffer.from(body as Uint8Array);
    response.end(
      isHtml ? bytes.toString().replace(PORT_MARK, PORT_MARK.replace('""', `"${this.#deltadPort}"`)) : bytes,
    );
  }

  /** The application and deltad, on the host that the browser knows them by. */
  #connections(host: string): string {
    const name = /^([\w.-]+|\[[\da-fA-F:]+\])(?::\d+)?$/.exec(host)?.[1] ?? "127.0.0.1";
    // A policy can't name an IPv6 address: browsers leave out such an entry.
    if (name.startsWith("[")) return "connect-src 'self' http: ws:";
    const deltad = `${name}:${this.#deltadPort}`;
    return `connect-src 'self' http://${deltad} ws://${deltad}`;
  }
}

function send(response: ServerResponse, status: number, body: string): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, {
    "content-type": "application/json",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  });
  response.end(body);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // One that is too long is answered, not cut off: what is left of it goes nowhere.
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new TooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
