import { DaemonProcess } from "../support/daemon-process.ts";
import { migrate } from "../support/marketplace.ts";
import type { Contender } from "./contender.ts";

/** All pages have one address here. */
const LIMITS = { DELTAD_MAX_UNAUTHENTICATED_PER_ADDRESS: "5000", DELTAD_MAX_CONNECTIONS_PER_ADDRESS: "5000" };

export const DELTAD: Contender = {
  name: "deltad",
  about:
    "as it comes: statement triggers, one daemon, the demo's configuration with all its events, trends, listings and channels captured",
  client: "deltad",
  needs: [],
  prepare: migrate,
  start: async (url) => {
    const daemon = await DaemonProcess.start(url, LIMITS);
    return { port: daemon.port, pid: daemon.pid, token: (owner) => daemon.token([owner]), stop: () => daemon.stop() };
  },
};
