/** Parts of the chain that tell what passes through them. */
import type { Batch, BatchSink } from "../capture/batch.ts";
import type { Loader } from "../owners/loader.ts";
import type { RouteName } from "../gateway/http/routes.ts";
import type { Telemetry } from "./telemetry.ts";

type Meter = Pick<Telemetry, "count" | "observe">;
/** Milliseconds that never go back. */
type MonotonicMs = () => number;

/** The same sink; its batches are counted when it has taken them. */
export function measuredSink(sink: BatchSink, meter: Meter, monotonicMs: MonotonicMs): BatchSink {
  const measured = async (batch: Batch, apply: () => Promise<void>): Promise<void> => {
    const beganMs = monotonicMs();
    await apply();
    meter.observe("deltad_stage_seconds", { stage: "apply" }, (monotonicMs() - beganMs) / 1000);
    if (batch.tookMs !== undefined) meter.observe("deltad_stage_seconds", { stage: "read" }, batch.tookMs / 1000);
    meter.count("deltad_batches_total", {});
    meter.count("deltad_grains_total", {}, batch.grains.length);
    meter.count("deltad_resets_total", {}, batch.resets.length);
    meter.count("deltad_row_events_total", {}, batch.events.length);
  };
  return {
    begin: (epoch, incarnation) => {
      meter.count("deltad_epochs_total", {});
      sink.begin(epoch, incarnation);
    },
    zones: () => sink.zones(),
    owners: () => sink.owners(),
    named: () => sink.named(),
    unreadable: (owners, error) => sink.unreadable(owners, error),
    wantsCut: () => sink.wantsCut(),
    needsCut: (batch) => sink.needsCut(batch),
    apply: (batch) => measured(batch, () => sink.apply(batch)),
    applyCut: (batch, cut) => measured(batch, () => sink.applyCut(batch, cut)),
    lost: (reason, since) => sink.lost(reason, since),
  };
}

/** The same loader; its loads are counted when they end. */
export function measuredLoader(loader: Loader, meter: Meter, monotonicMs: MonotonicMs): Loader {
  return {
    load: (request) => {
      const beganMs = monotonicMs();
      const load = loader.load(request);
      const ended = (outcome: "loaded" | "failed"): void => {
        meter.count("deltad_loads_total", { outcome });
        meter.observe("deltad_load_seconds", {}, (monotonicMs() - beganMs) / 1000);
      };
      load.owners.then(
        () => ended("loaded"),
        () => ended("failed"),
      );
      return load;
    },
  };
}

/** For each request by HTTP: what tells of its answer. */
export function measuredRequests(
  meter: Meter,
  monotonicMs: MonotonicMs,
): (route: RouteName) => (status: number) => void {
  return (route) => {
    const beganMs = monotonicMs();
    return (status) => {
      meter.count("deltad_http_requests_total", { route, status });
      meter.observe("deltad_http_request_seconds", { route }, (monotonicMs() - beganMs) / 1000);
    };
  };
}
