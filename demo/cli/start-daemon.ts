import type { DaemonConfig } from "../../daemon/config/config.ts";
import { ConfigError } from "../../daemon/config/errors.ts";
import type { DaemonOptions, RunningDaemon } from "../../daemon/daemon.ts";
import { listenError, probePort } from "../../daemon/gateway/transports/listen-error.ts";

/** Ports tried before the demo believes that something else is wrong. */
const TRIES = 100;

/** @throws ConfigError if somebody listens on the port, before anything that takes time was started */
export async function refuseBusyPort({ host, port }: DaemonConfig): Promise<void> {
  if (await isBusy(host, port)) throw listenError(host, port, "EADDRINUSE");
}

/** Starts the daemon on `config.port`; if nobody insists on that one, and it is taken, on the first one after it that is free. */
export async function startDemoDaemon(options: DaemonOptions, portIsGiven: boolean): Promise<RunningDaemon> {
  const { config } = options;
  // Not with this file: commands that start no daemon would load it for nothing.
  const { startDaemon } = await import("../../daemon/daemon.ts");
  const last = portIsGiven ? config.port : Math.min(config.port + TRIES, 65_536) - 1;
  for (let port = config.port; ; port += 1) {
    if (port < last && (await isBusy(config.host, port))) continue;
    try {
      return await startDaemon({ ...options, config: { ...config, port } });
    } catch (error) {
      // Another demo may have taken the port since it was asked for.
      if (port >= last || !(error instanceof ConfigError && (await isBusy(config.host, port)))) throw error;
    }
  }
}

async function isBusy(host: string, port: number): Promise<boolean> {
  return (await probePort(host, port)) === "EADDRINUSE";
}
