/** The operator's side of a daemon: what it answers other daemons' operators, and the listener for its own, where there is one. */
import { fileURLToPath } from "node:url";
import { Questions } from "../bus/questions.ts";
import type { BusPeers } from "../bus/peers.ts";
import type { Reader } from "../capture/reader.ts";
import type { DaemonConfig } from "../config/config.ts";
import type { Held } from "../config/held.ts";
import type { Log } from "../config/log.ts";
import type { Timers } from "../config/timers.ts";
import type { Queryable } from "../database/session.ts";
import type { Sessions } from "../database/session-pool.ts";
import type { Gateway } from "../gateway/gateway.ts";
import type { Hub } from "../hub/hub.ts";
import type { BatchWatch } from "../telemetry/batch-watch.ts";
import { AdminListener } from "./admin-listener.ts";
import type { AdminServices } from "./admin-routes.ts";
import type { OperatedKind } from "./daemon-state.ts";
import { OperatorActions } from "./operator-actions.ts";
import { OperatorConnections } from "./operator-connections.ts";
import { OperatorFrames } from "./operator-frames.ts";
import type { PublicationLog } from "./publication-log.ts";
import { OperatorState } from "./operator-state.ts";
import { OperatorStatistics } from "./operator-statistics.ts";

type AdminConfig = Pick<
  DaemonConfig,
  "adminHost" | "adminPort" | "adminTokens" | "adminActTokens" | "optionsInUse" | "jwtLeewayS"
>;

export interface AdminOptions extends Timers {
  readonly gateway: Gateway;
  readonly hub: Hub;
  readonly monotonicMs: () => number;
  readonly config: AdminConfig;
  readonly peers: BusPeers;
  readonly reader: Pick<Reader, "standing">;
  readonly batches: BatchWatch;
  readonly publications: PublicationLog;
  readonly kinds: readonly OperatedKind[];
  readonly isLive: () => boolean;
  /** For what operators ask of the database. */
  readonly sessions: Sessions<Queryable>;
  /** Undefined where there is no listener. */
  readonly metrics: AdminServices["metrics"] | undefined;
  readonly log: Log;
}

/** Built by Vite beside the compiled daemon. */
const PAGE_DIR = fileURLToPath(new URL("../../operator-page/", import.meta.url));

/** Nothing of it has begun yet; how it is stopped is added to `held`. */
export function buildAdmin(options: AdminOptions, held: Held): AdminListener | undefined {
  const { config, metrics, log, gateway, peers, reader } = options;
  const questions = new Questions(options);
  held.add("questions to other daemons", () => questions.stop());
  const statistics = new OperatorStatistics({ ...options, questions });
  const connections = new OperatorConnections({ ...options, questions });
  const state = new OperatorState({ ...options, questions, parts: { ...options, reader: () => reader.standing } });
  const drain = (): void => {
    peers.leave();
    void gateway.drain();
  };
  const actions = new OperatorActions({ ...options, questions, drain, leewayS: config.jwtLeewayS });
  const frames = new OperatorFrames({ ...options, questions });
  if (config.adminPort === undefined || metrics === undefined) return undefined;
  const admin = new AdminListener({
    host: config.adminHost,
    port: config.adminPort,
    tokens: [
      ...config.adminTokens.map((token) => ({ ...token, mayAct: false })),
      ...config.adminActTokens.map((token) => ({ ...token, mayAct: true })),
    ],
    metrics,
    statistics,
    connections,
    state,
    frames,
    actions,
    options: config.optionsInUse,
    pageDir: PAGE_DIR,
    log,
  });
  held.add("the operator's listener", () => admin.stop());
  return admin;
}
