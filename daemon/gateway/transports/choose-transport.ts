import { ConfigError } from "../../config/errors.ts";
import type { CreateTransport } from "./transport.ts";
import { loadUws } from "./uws.ts";
import { createWsTransport } from "./ws.ts";

export type TransportChoice = "auto" | "uws" | "ws";

export interface ChosenTransport {
  readonly create: CreateTransport;
  /** For the start line: which one, why, and how to get the other. */
  readonly reason: string;
}

/** The library's own message says no more than this, and only of the Node versions. */
const NO_BINARY =
  "uWebSockets.js has no binary that loads here; the installed ones are for Node 18 to 22 on glibc, macOS and Windows: " +
  "README says how to get one for a newer Node";

/** @throws ConfigError if `uws` is demanded where its binary doesn't load */
export async function chooseTransport(choice: TransportChoice): Promise<ChosenTransport> {
  if (choice === "ws")
    return { create: createWsTransport, reason: "as DELTAD_TRANSPORT says; the other is uws, the faster one" };
  try {
    return { create: await loadUws(), reason: "uWebSockets.js; DELTAD_TRANSPORT=ws takes ws instead" };
  } catch {
    if (choice === "uws") throw new ConfigError(`${NO_BINARY}, or set DELTAD_TRANSPORT=auto`);
    return { create: createWsTransport, reason: NO_BINARY };
  }
}
