import { readFile } from "node:fs/promises";
import { type Environment, readOption } from "../config/config.ts";
import { ConfigError } from "../config/errors.ts";
import { OPTIONS } from "../config/options.ts";
import { errorCode } from "../database/reason.ts";
import { signToken } from "../gateway/auth/auth.ts";
import type { DaemonAddress } from "../verify/daemon-documents.ts";
import type { RunningDemo } from "./demo.ts";

export interface GivenAddress {
  readonly url?: string;
  /** A file with an administrator's token: a token on a command line ends up in process lists. */
  readonly tokenFile?: string;
}

/** A token lives for as long as a group of owners may take, at most; one that is half that old is replaced. */
const TOKEN_SECONDS = 300;

/**
 * The running daemon, and an administrator's token for it: as the operator says it, the demo's, or else where a daemon with the same
 * environment listens, with a token by its secret.
 * @throws ConfigError where there can be no token
 */
export async function daemonAddress(
  environment: Environment,
  given: GivenAddress,
  demo: RunningDemo | undefined,
): Promise<DaemonAddress> {
  const url = given.url ?? demo?.url ?? listeningAt(environment);
  refuseUnlessHttp(url, "http://127.0.0.1:8080");
  if (given.tokenFile !== undefined) {
    const token = await readToken(given.tokenFile);
    return { url, token: () => token };
  }
  const secret = demo?.jwtSecret ?? readOption(environment, "jwtSecret");
  if (secret === undefined) {
    throw new ConfigError(
      `an administrator's token is needed to ask the running daemon: set ${OPTIONS.jwtSecret.name} as the daemon has it, give a file that holds one with --token-file, or compare with no daemon by --fresh`,
    );
  }
  return { url, token: shortLived(secret, environment) };
}

/** @throws ConfigError for what no request can be sent to */
export function refuseUnlessHttp(url: string, example: string): void {
  if (!/^https?:$/.test(URL.canParse(url) ? new URL(url).protocol : ""))
    throw new ConfigError(`--url must be a URL like ${example}`);
}

/** What can be opened on this machine where something listens on every address. */
export function reachable(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "127.0.0.1";
  return host.includes(":") ? `[${host}]` : host;
}

function listeningAt(environment: Environment): string {
  return `http://${reachable(readOption(environment, "host"))}:${readOption(environment, "port")}`;
}

/** @throws ConfigError where there is no such file */
export async function readTokenFile(file: string): Promise<string> {
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw new ConfigError(`the token's file can't be read (${errorCode(error) ?? "unknown"}): see --token-file`);
  });
  return text.trim();
}

async function readToken(file: string): Promise<string> {
  const token = await readTokenFile(file);
  if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) throw new ConfigError("the token's file holds no JWT: see --token-file");
  return token;
}

function shortLived(secret: string, environment: Environment): () => string {
  const most = readOption(environment, "jwtMaxLifetimeS") ?? TOKEN_SECONDS;
  const ttlSeconds = Math.min(TOKEN_SECONDS, most);
  const issuer = readOption(environment, "jwtIssuer");
  const audience = readOption(environment, "jwtAudience");
  let made: { readonly token: string; readonly untilMs: number } | undefined;
  return () => {
    if (made === undefined || performance.now() >= made.untilMs) {
      const token = signToken(secret, { owners: [], isAdmin: true, ttlSeconds, issuer, audience });
      made = { token, untilMs: performance.now() + ttlSeconds * 500 };
    }
    return made.token;
  };
}
