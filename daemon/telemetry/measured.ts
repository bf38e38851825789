/** Parts of the chain that tell what passes through them. */
import type { Batch } from "../capture/batch.ts";
import type { KindSinks } from "../capture/batch-sinks.ts";
import type { Loader } from "../owners/loader.ts";
import type { RouteName } from "../gateway/http/routes.ts";
import type { Telemetry } from "./telemetry.ts";

type Meter = Pick<Telemetry, "count" | "observe">;
/** Milliseconds that never go back. */
type MonotonicMs = () => number;

/** The same sinks; batches are counted when they have taken them. */
export function measuredSink(sink: KindSinks, meter: Meter, monotonicMs: MonotonicMs): KindSinks {
  const measured = async (batches: readonly Batch[], apply: () => Promise<void>): Promise<void> => {
    const beganMs = monotonicMs();
    await apply();
    meter.observe("deltad_stage_seconds", { stage: "apply" }, (monotonicMs() - beganMs) / 1000);
    const [{ tookMs } = {}] = batches;
    if (tookMs !== undefined) meter.observe("deltad_stage_seconds", { stage: "read" }, tookMs / 1000);
    meter.count("deltad_batches_total", {});
    for (const { grains, resets, events } of batches) {
      meter.count("deltad_grains_total", {}, grains.length);
      meter.count("deltad_resets_total", {}, resets.length);
      meter.count("deltad_row_events_total", {}, events.length);
    }
  };
  return {
    ...sink,
    begin: (epoch, incarnation) => {
      meter.count("deltad_epochs_total", {});
      sink.begin(epoch, incarnation);
    },
    apply: (batches) => measured(batches, () => sink.apply(batches)),
    applyCut: (batches, cut) => measured(batches, () => sink.applyCut(batches, cut)),
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
