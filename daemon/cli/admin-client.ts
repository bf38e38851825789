/** The operator's listener of a running daemon, for commands. */
import { type Environment, readOption } from "../config/config.ts";
import { ConfigError } from "../config/errors.ts";
import { OPTIONS } from "../config/options.ts";
import { errorCode } from "../database/reason.ts";
import { reachable, readTokenFile, refuseUnlessHttp } from "./daemon-address.ts";

export interface AdminAddress {
  readonly url?: string;
  /** A file with a token: one on a command line ends up in process lists. */
  readonly tokenFile?: string;
}

interface Listener {
  /** Without a slash at its end. */
  readonly url: string;
  readonly token: string;
}

const PATIENCE_MS = 10_000;

/** @throws ConfigError where there is no listener, or no token for it */
export async function adminAddress(environment: Environment, { url, tokenFile }: AdminAddress): Promise<Listener> {
  const port = readOption(environment, "adminPort");
  if (url === undefined && port === undefined)
    throw new ConfigError(
      `say where the operator's listener of a daemon is: by ${OPTIONS.adminPort.name}, as the daemon has it, or by --url`,
    );
  const found = url ?? `http://${reachable(readOption(environment, "adminHost"))}:${port}`;
  refuseUnlessHttp(found, "http://127.0.0.1:9464");
  return { url: found.replace(/\/+$/, ""), token: await tokenOf(environment, tokenFile) };
}

export class AdminClient {
  readonly #listener: Listener;

  constructor(listener: Listener) {
    this.#listener = listener;
  }

  /**
   * The answer, as JSON; undefined where `stopping` was aborted before it came.
   * @throws ConfigError that says why there was none
   */
  async get(path: string, stopping?: AbortSignal): Promise<unknown> {
    const { url, token } = this.#listener;
    const signal = AbortSignal.any([AbortSignal.timeout(PATIENCE_MS), ...(stopping ? [stopping] : [])]);
    let answer: Response;
    try {
      answer = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` }, signal });
    } catch (error) {
      if (stopping?.aborted) return undefined;
      const reason = errorCode((error as Error).cause) ?? errorCode(error) ?? (error as Error).name;
      throw new ConfigError(`no daemon answers operators at ${url} (${reason}): see ${OPTIONS.adminPort.name}`);
    }
    const text = await answer.text();
    if (answer.status === 401)
      throw new ConfigError(`the daemon does not know the token: it must be one of its ${OPTIONS.adminTokens.name}`);
    if (!answer.ok) throw new ConfigError(`the daemon answers ${answer.status}: ${text.trim()}`);
    return JSON.parse(text);
  }
}

async function tokenOf(environment: Environment, file: string | undefined): Promise<string> {
  if (file !== undefined) return readTokenFile(file);
  const [first] = [...readOption(environment, "adminTokens"), ...readOption(environment, "adminActTokens")];
  if (first !== undefined) return first.secret;
  throw new ConfigError(
    `a token of the operator's listener is needed: set ${OPTIONS.adminTokens.name} as the daemon has it, or give a file that holds one with --token-file`,
  );
}
