import { afterEach } from "node:test";
import type { Log } from "../../daemon/config/log.ts";
import { createAuth } from "../../daemon/gateway/auth/auth.ts";
import { createGateway, type Gateway, type Listening } from "../../daemon/gateway/gateway.ts";
import type { GatewayOptions } from "../../daemon/gateway/gateway-options.ts";
import { fixedKeys, secretKeys } from "../../daemon/gateway/auth/jwt-key.ts";
import { Hub } from "../../daemon/hub/hub.ts";
import type { CursorOf } from "../../daemon/stream/stream-position.ts";
import { ownerTopics } from "../../daemon/topics/owner/owner-topic.ts";
import { ManualClock } from "./manual-clock.ts";
import { StandInPublisher } from "./stand-in-publisher.ts";
import { SECRET, token } from "./tokens.ts";

export interface RunningGateway {
  readonly gateway: Gateway;
  readonly hub: Hub;
  readonly publisher: StandInPublisher;
  readonly clock: ManualClock;
  readonly port: number;
  readonly listening: Listening;
  /** Every line logged, as text. */
  readonly logged: string[];
  /** A token by the running clock. */
  readonly token: (claims: object) => string;
}

/** A key of type bigint, as PostgreSQL prints it. */
async function canonicalBigint(id: string): Promise<string | undefined> {
  return /^\s*[+-]?\d{1,18}\s*$/.test(id) ? String(BigInt(id.trim())) : undefined;
}

/** Any text: nothing reads it. */
const cursorOf: CursorOf = (_, { snapshot, seen = [] }) => [snapshot, ...seen].join(" ");

const running: RunningGateway[] = [];

/** The real gateway over the real hub, fed by a stand-in publisher, on a clock that the test moves. Stopped after the test. */
export async function startGateway(
  options: Partial<GatewayOptions> & Pick<GatewayOptions, "transport">,
): Promise<RunningGateway> {
  const clock = new ManualClock();
  const { now, setTimeout, clearTimeout } = clock;
  const logged: string[] = [];
  const line = (fields: object, message: string): void => void logged.push(`${JSON.stringify(fields)} ${message}`);
  const log: Log = { debug: line, info: line, warn: line, error: line };
  const publisher = new StandInPublisher();
  const hub = new Hub({
    kinds: new Map([["owner", ownerTopics({ demand: publisher, cursorOf, now })]]),
    minIntervalMs: 50,
    idleMs: 60_000,
    log,
    now,
    setTimeout,
    clearTimeout,
    setImmediate,
  });
  publisher.connect((update) => hub.publish("owner", update.owner, update));
  const gateway = createGateway({
    hub,
    auth: createAuth({ keys: fixedKeys(secretKeys(SECRET, undefined)), now }),
    kinds: new Map([["owner", canonicalBigint]]),
    isRevoked: async () => false,
    readReceipt: (text) =>
      /^\d+$/.test(text) ? { incarnation: publisher.incarnation, xid: BigInt(text) } : "malformed",
    ready: () => true,
    host: "127.0.0.1",
    port: 0,
    schema: { metrics: [], events: [] },
    pageDir: undefined,
    origins: [],
    heartbeatMs: 30_000,
    log,
    now,
    setTimeout,
    clearTimeout,
    random: () => 0.5,
    ...options,
  });
  const listening = await gateway.start();
  const { port } = listening;
  const result = {
    gateway,
    hub,
    publisher,
    clock,
    port,
    listening,
    logged,
    token: (claims: object) => token(claims, clock.now()),
  };
  running.push(result);
  return result;
}

/** Call once in a file that starts gateways. */
export function stopGatewaysAfterEach(): void {
  afterEach(() => {
    for (const { gateway, hub } of running.splice(0)) {
      gateway.stop();
      hub.stop();
    }
  });
}
