import type { Grain } from "../capture/batch.ts";
import type { MissingDays } from "../metrics/zone-days.ts";
import type { Calendar } from "./calendar.ts";
import { indexPlan, type PlanIndex } from "../metrics/plan-index.ts";
import { deepened, depthAfter } from "../plan/deepened.ts";
import { LoadedOwner } from "./loaded-owner.ts";
import type { LoadingPhase } from "./owner-phase.ts";
import type { LoadResult } from "./loader.ts";
import type { OwnerDriver } from "./owner-driver.ts";
import type { LoadingOwner } from "./running-loads.ts";
import type { Slices } from "./slices.ts";

export interface LoadFinisherOptions {
  readonly index: PlanIndex;
  readonly driver: OwnerDriver;
  readonly slices: Slices;
  /** That of the current epoch. */
  readonly calendar: () => Calendar;
}

interface ReadOwner {
  readonly loading: LoadingOwner;
  readonly numbers: LoadedOwner;
  readonly grains: readonly Grain[];
}

/**
 * Folds the rows that a load has read into owners' numbers, adds the deltas that came meanwhile, and dispatches the outcome to each owner.
 * An owner that has left the phase in which its load began refuses the outcome.
 */
export class LoadFinisher {
  readonly #with: LoadFinisherOptions;
  /** By how many times as much of ranked rows is kept. */
  readonly #indexes: Map<number, PlanIndex>;

  constructor(options: LoadFinisherOptions) {
    this.#with = options;
    this.#indexes = new Map([[1, options.index]]);
  }

  /** Takes the results of one load, made for the instant `t`. */
  async finish(group: readonly LoadingOwner[], results: ReadonlyMap<string, LoadResult>, t: number): Promise<void> {
    const { driver, slices } = this.#with;
    const calendar = this.#with.calendar();
    const missing: MissingDays = new Map();
    const read: ReadOwner[] = [];
    const work = slices.begin();
    for (const loading of group) {
      const { owner, phase } = loading;
      // Spares the work; the phase refuses it in any case.
      if (owner.phase !== phase) continue;
      const result = results.get(owner.id) ?? { kind: "no row" };
      if (result.kind === "row") {
        const numbers = new LoadedOwner(this.#indexOf(phase), calendar.zone(result.zone), result.currency, t);
        numbers.noteMissing(result.grains, missing);
        read.push({ loading, numbers, grains: result.grains });
      } else driver.dispatch(owner, { type: result.kind === "no row" ? "noRow" : "badZone", of: phase });
      if (work.isDue) await work.turn();
    }
    await calendar.learn(missing);
    for (const one of read) {
      await this.#finishOne(one);
      if (work.isDue) await work.turn();
    }
  }

  #indexOf({ dryLoads }: LoadingPhase): PlanIndex {
    const depth = depthAfter(dryLoads);
    const index = this.#indexes.get(depth) ?? indexPlan(deepened(this.#with.index.plan, depth));
    this.#indexes.set(depth, index);
    return index;
  }

  async #finishOne({ loading: { owner, phase }, numbers, grains: loaded }: ReadOwner): Promise<void> {
    const { buffer } = phase;
    const work = this.#with.slices.begin();
    let grains = loaded;
    // Deltas go on coming while this one turns the loop: it ends in a turn in which none is left.
    do {
      const missing: MissingDays = new Map();
      numbers.noteMissing(grains, missing);
      if (missing.size > 0) await this.#with.calendar().learn(missing);
      for (const grain of grains) {
        numbers.fold(grain);
        if (work.isDue) await work.turn();
      }
      grains = buffer.grains.splice(0);
    } while (grains.length > 0);
    this.#with.driver.dispatch(owner, { type: "loaded", of: phase, numbers });
  }
}
