import { FIRST_SALES, firstSale } from "../../support/first-sales.ts";
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { ZoneDays } from "../../../daemon/metrics/zone-days.ts";
import { indexPlan } from "../../../daemon/metrics/plan-index.ts";
import { Occupants } from "../../../daemon/occupancy/occupants.ts";
import { LoadedOwner } from "../../../daemon/owners/loaded-owner.ts";
import { NEW_OWNER, transition } from "../../../daemon/owners/owner-machine.ts";
import type { Effect, LoadingPhase, Phase, PhaseEvent } from "../../../daemon/owners/owner-phase.ts";
import { OCCUPIED_PLAN } from "../../support/occupied-plan.ts";

type Kind = Phase["kind"];
type EventType = PhaseEvent["type"];
type Work = "drifted" | "loaded" | "loadFailed" | "noRow" | "badZone" | "unreadable";

const INDEX = indexPlan(OCCUPIED_PLAN);
const numbers = new LoadedOwner(INDEX, new ZoneDays("UTC"), undefined, 0);
const knownOccupants = new Occupants(OCCUPIED_PLAN, 0);

const PHASES: { readonly [K in Kind]: Extract<Phase, { kind: K }> } = {
  offline: { kind: "offline" },
  waiting: { kind: "waiting", knownOccupants, dryLoads: 0 },
  loading: loadingOwner(),
  live: { kind: "live", numbers, dryLoads: 0 },
  noRow: { kind: "noRow" },
  badZone: { kind: "badZone" },
  unreadable: { kind: "unreadable" },
  gone: { kind: "gone" },
};

/** Each event, about work that was begun in the phase given. */
const EVENTS: { readonly [E in EventType]: (of: Phase) => Extract<PhaseEvent, { type: E }> } = {
  watched: () => ({ type: "watched", offline: undefined }),
  unwatched: () => ({ type: "unwatched" }),
  begin: () => ({ type: "begin" }),
  lose: () => ({ type: "lose", reason: "database" }),
  outdated: () => ({ type: "outdated" }),
  drifted: (of) => ({ type: "drifted", of }),
  loadStarted: () => ({ type: "loadStarted" }),
  slowLoad: () => ({ type: "slowLoad" }),
  loaded: (of) => ({ type: "loaded", of, numbers }),
  loadFailed: (of) => ({ type: "loadFailed", of }),
  noRow: (of) => ({ type: "noRow", of }),
  badZone: (of) => ({ type: "badZone", of }),
  unreadable: (of) => ({ type: "unreadable", reason: "22012", of }),
};

const STALE = "publishStale";
const QUEUED = { begin: ["waiting", "endPublication", "queue"] };
const LOST = { lose: ["offline", "endPublication", `${STALE} database`] };
const SET_ASIDE = ["breakPublication", `${STALE} bad_row`, "setAside"];
const ASIDE = { unreadable: ["unreadable", ...SET_ASIDE] };
const GONE = { unwatched: ["gone"] };

/** The whole machine: the phase that each event leads to, and its effects. An event that is not said leaves the phase as it is. */
const LAW: { readonly [K in Kind]: { readonly [E in EventType]?: readonly string[] } } = {
  offline: { ...QUEUED, ...GONE, watched: ["waiting", "queueWithOthers"] },
  waiting: {
    begin: ["waiting", "leaveQueue", "endPublication", "queue"],
    lose: ["offline", "leaveQueue", "endPublication", `${STALE} database`],
    unwatched: ["gone", "leaveQueue"],
    loadStarted: ["loading"],
    slowLoad: ["same", `${STALE} slow_load`],
    unreadable: ["unreadable", "leaveQueue", ...SET_ASIDE],
  },
  loading: {
    ...QUEUED,
    ...LOST,
    ...GONE,
    ...ASIDE,
    outdated: ["waiting", "queue"],
    slowLoad: ["same", `${STALE} slow_load`],
    loaded: ["live", "publishLoaded"],
    loadFailed: ["waiting", `${STALE} load_failed`],
    noRow: ["noRow", "publishEmpty"],
    badZone: ["badZone", `${STALE} time_zone`],
  },
  live: {
    begin: ["waiting", "stopClock", "endPublication", "queue"],
    lose: ["offline", "stopClock", "endPublication", `${STALE} database`],
    unwatched: ["gone", "stopClock"],
    outdated: ["waiting", "stopClock", "queue"],
    drifted: ["waiting", `${STALE} drift`, "stopClock", "queue"],
    badZone: ["badZone", "stopClock", `${STALE} time_zone`],
    unreadable: ["unreadable", "stopClock", ...SET_ASIDE],
  },
  noRow: { ...QUEUED, ...LOST, ...GONE, ...ASIDE, outdated: ["waiting", "queue"] },
  badZone: { ...QUEUED, ...LOST, ...GONE, ...ASIDE, outdated: ["waiting", "queue"] },
  unreadable: {
    begin: ["waiting", "takeBack", "endPublication", "queue"],
    lose: ["offline", "takeBack", "endPublication", `${STALE} database`],
    unwatched: ["gone", "takeBack"],
    outdated: ["waiting", "takeBack", "queue"],
  },
  gone: {},
};

function loadingOwner({ isIncomplete = false, dryLoads = 0 } = {}): LoadingPhase {
  return { kind: "loading", knownOccupants, dryLoads, buffer: { grains: [], isIncomplete } };
}

function words(effects: readonly Effect[]): string[] {
  return effects.map((effect) => (effect.do === STALE ? `${effect.do} ${effect.reason}` : effect.do));
}

describe("an owner's life", () => {
  it("every phase answers every event", () => {
    for (const from of Object.values(PHASES)) {
      for (const event of Object.values(EVENTS)) {
        const { type } = event(from);
        const { phase, effects } = transition(from, event(from));
        const kind = phase === from ? "same" : phase.kind;
        assert.deepEqual([kind, ...words(effects)], LAW[from.kind][type] ?? ["same"], `${from.kind}, ${type}`);
      }
    }
  });

  it("work that was begun in another phase moves nothing", () => {
    for (const from of Object.values(PHASES)) {
      for (const type of ["drifted", "loaded", "loadFailed", "noRow", "badZone", "unreadable"] satisfies Work[]) {
        const another = { ...from };
        assert.deepEqual(
          transition(from, EVENTS[type](another)),
          { phase: from, effects: [] },
          `${from.kind}, ${type}`,
        );
      }
    }
  });

  it("an owner whose load another one's rows made fail waits for the next without a word", () => {
    const of = loadingOwner();
    const { phase, effects } = transition(of, { type: "loadFailed", of, isInnocent: true });
    assert.deepEqual([phase.kind, words(effects)], ["waiting", []]);
  });

  it("an owner that is watched while no epoch runs is told why, and waits for one", () => {
    const { phase, effects } = transition(NEW_OWNER, { type: "watched", offline: "starting" });
    assert.deepEqual([phase, words(effects)], [NEW_OWNER, [`${STALE} starting`]]);
  });

  it("a load in a zone whose calendar has no answer leads to badZone, one that lacks a delta back to the queue", () => {
    const zone = new ZoneDays("nowhere");
    zone.learn(0, [undefined]);
    const broken = new LoadedOwner(INDEX, zone, undefined, 0);
    const of = loadingOwner();
    assert.equal(transition(of, { type: "loaded", of, numbers: broken }).phase.kind, "badZone");
    const lacking = loadingOwner({ isIncomplete: true });
    for (const read of [numbers, broken]) {
      const { phase, effects } = transition(lacking, { type: "loaded", of: lacking, numbers: read });
      assert.deepEqual([phase.kind, words(effects)], ["waiting", ["queue"]]);
    }
  });

  it("a load of which the first rows have all gone meanwhile leads back to the queue, for one that brings more, as all after it", () => {
    const dry = new LoadedOwner(indexPlan(FIRST_SALES), new ZoneDays("UTC"), undefined, 0);
    for (const one of [firstSale("9", 1n, 1n), firstSale("9", -1n)]) dry.fold(one);
    for (const dryLoads of [0, 3]) {
      const of = loadingOwner({ dryLoads });
      const { phase, effects } = transition(of, { type: "loaded", of, numbers: dry });
      assert.deepEqual(phase, { kind: "waiting", knownOccupants, dryLoads: dryLoads + 1 });
      assert.deepEqual(effects, [{ do: "queueAlone", tries: dryLoads }]);
      let after = transition(phase, EVENTS.loadStarted(phase)).phase;
      after = transition(after, EVENTS.loaded(after)).phase;
      assert.deepEqual(after, { kind: "live", numbers, dryLoads: dryLoads + 1 });
      const again = transition(after, EVENTS.outdated(after));
      assert.equal((again.phase as LoadingPhase).dryLoads, dryLoads + 1);
      assert.deepEqual(again.effects, [{ do: "stopClock" }, { do: "queueAlone", tries: 0 }]);
    }
  });

  it("the occupants that subscribers know of outlast every reload of an epoch, and no epoch", () => {
    const reload: EventType[] = ["outdated", "loadStarted", "loadFailed", "loadStarted", "outdated", "loadStarted"];
    let phase: Phase = PHASES.live;
    for (const type of reload) ({ phase } = transition(phase, EVENTS[type](phase)));
    assert.equal((phase as LoadingPhase).knownOccupants, numbers.occupants);
    const { effects } = transition(phase, EVENTS.loaded(phase));
    assert.deepEqual(effects, [{ do: "publishLoaded", numbers, knownOccupants: numbers.occupants }]);
    assert.deepEqual(transition(phase, EVENTS.begin(phase)).phase, {
      kind: "waiting",
      knownOccupants: undefined,
      dryLoads: 0,
    });
  });

  it("whatever happens, an owner is queued while it waits, timed while it is live, and stale while nothing is known of it", () => {
    const types = Object.keys(EVENTS) as EventType[];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...types), { maxLength: 60 }), (happenings) => {
        let phase: Phase = NEW_OWNER;
        let isQueued = false;
        let isTimed = false;
        let isStale = false;
        const run = (event: PhaseEvent): void => {
          const { kind } = phase;
          const after = transition(phase, event);
          // The queue hands out what is loaded, and takes back what could not be.
          if (after.phase.kind === "loading") isQueued = false;
          if (event.type === "loadFailed" && after.phase.kind === "waiting" && kind === "loading") isQueued = true;
          ({ phase } = after);
          for (const effect of after.effects) {
            if (effect.do === "queue" || effect.do === "queueWithOthers") isQueued = true;
            if (effect.do === "leaveQueue") isQueued = false;
            if (effect.do === "publishLoaded") isTimed = true;
            if (effect.do === "stopClock") isTimed = false;
            if (effect.do === STALE) isStale = true;
            if (effect.do === "publishLoaded" || effect.do === "publishEmpty") isStale = false;
          }
        };
        run({ type: "watched", offline: "starting" });
        for (const type of happenings) {
          if (type !== "watched") run(EVENTS[type](phase));
          assert.equal(isQueued, phase.kind === "waiting");
          assert.equal(isTimed, phase.kind === "live");
          if (phase.kind === "offline" || phase.kind === "badZone") assert.ok(isStale, phase.kind);
          if (phase.kind === "live" || phase.kind === "noRow") assert.ok(!isStale, phase.kind);
        }
      }),
    );
  });
});
