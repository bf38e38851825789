import { createServer } from "node:net";
import { ConfigError } from "../../config/errors.ts";

/** The options that say where to listen. */
interface ListenOptions {
  readonly host: string;
  readonly port: string;
}

const OWN: ListenOptions = { host: "DELTAD_HOST", port: "DELTAD_PORT" };

/** What to tell the operator when a port can't be had. `code` is the system's, e.g. `EADDRINUSE`. */
export function listenError(host: string, port: number, code: string | undefined, options = OWN): ConfigError {
  switch (code) {
    case "EADDRINUSE":
      return new ConfigError(
        `port ${port} on ${host} is taken: stop what uses it, or choose another with ${options.port}`,
      );
    case "EACCES":
    case "EPERM":
      return new ConfigError(`port ${port} may not be used by this user: choose one above 1023 with ${options.port}`);
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return new ConfigError(
        `${host} is no address of this machine: set ${options.host} to one, e.g. 127.0.0.1 or 0.0.0.0`,
      );
    case undefined:
    default:
      return new ConfigError(
        `cannot listen on ${host}:${port} (${code ?? "no reason given"}): check ${options.host} and ${options.port}`,
      );
  }
}

/** Why a port can't be had, asked of node:net, for a transport that only says that it failed. */
export function probePort(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", (error: NodeJS.ErrnoException) => resolve(error.code));
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => resolve(undefined)));
  });
}
