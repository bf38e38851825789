/** Starts each PostgreSQL server once for a whole run, and tells the test files of them by the environment. */
import { knownServers, missingServer } from "../support/known-servers.ts";
import { type RunningCluster, startCluster } from "../support/servers.ts";

/** Nobody kills these: a page that is half written can't come of it. */
const LASTING = { full_page_writes: "off" };

export class ServersOfRun {
  readonly #running: RunningCluster[] = [];

  /** The environment variables that tell of the servers which could be started. */
  async start(): Promise<Record<string, string>> {
    const variables: Record<string, string> = {};
    await Promise.all(
      knownServers().map(async ({ major, variable, pristine }) => {
        if ((await missingServer(major)) !== undefined) return;
        const server = await startCluster(major, { keepPristine: true, settings: LASTING });
        this.#running.push(server);
        variables[variable] = server.cluster.url("postgres");
        variables[pristine] = server.pristine ?? "";
      }),
    );
    return variables;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#running.splice(0).map((server) => server.remove()));
  }
}
