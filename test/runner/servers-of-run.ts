/** Starts each PostgreSQL server once for a whole run, and tells the test files of them by the environment. */
import { KNOWN_SERVERS, missingServer, type RunningCluster, startCluster } from "../support/servers.ts";

export class ServersOfRun {
  readonly #running: RunningCluster[] = [];

  /** The environment variables that name the servers which could be started. */
  async start(): Promise<Record<string, string>> {
    const urls: Record<string, string> = {};
    await Promise.all(
      KNOWN_SERVERS.map(async ({ major, variable }) => {
        if ((await missingServer(major)) !== undefined) return;
        const server = await startCluster(major);
        this.#running.push(server);
        urls[variable] = server.cluster.url("postgres");
      }),
    );
    return urls;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#running.splice(0).map((server) => server.remove()));
  }
}
