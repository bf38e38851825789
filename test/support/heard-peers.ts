/** A daemon's part on a real bus, by a clock that runs fast, and what it hears of others. */
import { BusPeers } from "../../daemon/bus/peers.ts";
import type { Bus } from "../../daemon/bus/bus.ts";
import { SYSTEM_TIMERS } from "../../daemon/config/timers.ts";
import { eventually } from "./real-time.ts";

/** Its seconds are a fifth of real ones: what takes 15 s takes 3. */
const FASTER = 5;

export interface HeardPeers {
  readonly peers: BusPeers;
  /** As {@link noteHeard} has it. */
  readonly heard: string[];
  /** What was said, of that. */
  readonly words: readonly string[];
  readonly warnings: string[];
  /** Resolves once it hears exactly these others. */
  hears(...nodes: readonly string[]): Promise<void>;
  isPartial(expected: boolean): Promise<void>;
}

/** What they hear of others from now on, of the kind `word`: `b: word`, `b missed`, `b silent`, `partial`, … */
export function noteHeard(peers: BusPeers): string[] {
  const heard: string[] = [];
  peers.listen("word", {
    heard: (from, body) => void heard.push(`${from}: ${String(body)}`),
    missed: (from) => void heard.push(`${from} missed`),
    gone: (from, why) => void heard.push(`${from} ${why}`),
  });
  peers.onPartial((isPartial) => void heard.push(isPartial ? "partial" : "whole"));
  return heard;
}

export function startPeers(bus: Bus, node: string, secret: string): HeardPeers {
  const warnings: string[] = [];
  const quiet = (): void => undefined;
  const warn = (fields: object, message: string): void => void warnings.push(`${message} ${JSON.stringify(fields)}`);
  const peers = new BusPeers({
    bus,
    node,
    log: { debug: quiet, info: quiet, warn, error: warn },
    monotonicMs: () => performance.now() * FASTER,
    setTimeout: (callback, delayMs) => SYSTEM_TIMERS.setTimeout(callback, delayMs / FASTER),
    clearTimeout: SYSTEM_TIMERS.clearTimeout,
  });
  const heard = noteHeard(peers);
  peers.start();
  peers.begin(secret);
  return {
    peers,
    heard,
    get words() {
      return heard.filter((line) => line.includes(": "));
    },
    warnings,
    hears: (...nodes) =>
      eventually(
        () => `${node} to hear ${nodes.join()}; it hears ${peers.present.join()}`,
        () => peers.present.toSorted().join() === nodes.toSorted().join(),
      ),
    isPartial: (expected) =>
      eventually(`${node} to be ${expected ? "partial" : "whole"}`, () => peers.isPartial === expected),
  };
}
