/** The operator's side of a daemon: what it answers other daemons' operators, and the listener for its own, where there is one. */
import { Questions } from "../bus/questions.ts";
import type { BusPeers } from "../bus/peers.ts";
import type { DaemonConfig } from "../config/config.ts";
import type { Held } from "../config/held.ts";
import type { Log } from "../config/log.ts";
import type { Timers } from "../config/timers.ts";
import { AdminListener } from "./admin-listener.ts";
import type { AdminServices } from "./admin-routes.ts";
import { OperatorApi, type OperatorApiOptions } from "./operator-api.ts";

type AdminConfig = Pick<DaemonConfig, "adminHost" | "adminPort" | "adminTokens" | "adminActTokens">;

export interface AdminOptions extends Timers, Pick<OperatorApiOptions, "gateway" | "hub" | "monotonicMs"> {
  readonly config: AdminConfig;
  readonly peers: BusPeers;
  /** Undefined where there is no listener. */
  readonly metrics: AdminServices["metrics"] | undefined;
  readonly log: Log;
}

/** Nothing of it has begun yet; how it is stopped is added to `held`. */
export function buildAdmin(options: AdminOptions, held: Held): AdminListener | undefined {
  const { config, metrics, log } = options;
  const questions = new Questions(options);
  held.add("questions to other daemons", () => questions.stop());
  const api = new OperatorApi({ ...options, questions });
  if (config.adminPort === undefined || metrics === undefined) return undefined;
  const admin = new AdminListener({
    host: config.adminHost,
    port: config.adminPort,
    tokens: [
      ...config.adminTokens.map((token) => ({ ...token, mayAct: false })),
      ...config.adminActTokens.map((token) => ({ ...token, mayAct: true })),
    ],
    metrics,
    api,
    log,
  });
  held.add("the operator's listener", () => admin.stop());
  return admin;
}
