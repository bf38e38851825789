/** The daemon with the demo's page, in a process of its own: waits for its {@link PageDaemonTask}, says `"ready"`, and stops when it is let go. */
import { once } from "node:events";
import { DEMO_WITH_PAGE, startMarketplaceDaemon } from "./running-daemon.ts";

export interface PageDaemonTask {
  readonly databaseUrl: string;
  readonly port: number;
  readonly environment: Readonly<Record<string, string>>;
}

const [{ databaseUrl, port, environment }] = (await once(process, "message")) as [PageDaemonTask];
const daemon = await startMarketplaceDaemon({ url: databaseUrl }, DEMO_WITH_PAGE, port, environment);
process.once("disconnect", () => void daemon.stop().then(() => process.exit()));
process.send?.("ready");
