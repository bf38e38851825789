/**
 * The life of a watched owner, as a state machine: pure, and total by type. A phase or an event without an answer does not compile.
 *
 *      o -- watched while no epoch runs --> offline
 *      | watched                              | begin
 *      v                                      |
 *    waiting <--------------------------------+
 *     ^   | loadStarted
 *     |   v
 *     | loading -- noRow ----> noRow
 *     |   |    `-- badZone --> badZone
 *     |   | loaded               ^
 *     |   v                      | badZone
 *     |  live -------------------+
 *     |
 *     +--- loadFailed from loading; outdated from loading, live, noRow, badZone and unreadable; drifted from live
 *
 * From waiting, loading, live, noRow and badZone, `unreadable` leads to the phase of that name.
 * From every phase but `gone`, `lose` leads to `offline` and `begin` to `waiting`, and `unwatched` to `gone`, where an owner stays.
 *
 * Loads and readings of the calendar end at any later time, when the owner may have been reset, let go, or be of another epoch. So a phase
 * is left for a new object, also for one of the same kind, and work says in which phase it was begun: its outcome is taken only if the
 * owner is in that very object. Numbers that were right for another moment are therefore never shown.
 */
import type {
  BadZonePhase,
  KnownOccupants,
  Effect,
  LivePhase,
  LoadingPhase,
  NoRowPhase,
  OfflinePhase,
  Phase,
  PhaseEvent,
  UnreadablePhase,
  WaitingPhase,
} from "./owner-phase.ts";

interface Transition {
  readonly phase: Phase;
  readonly effects: readonly Effect[];
}

type Kind = Phase["kind"];
type EventType = PhaseEvent["type"];
type In<K extends Kind> = Extract<Phase, { kind: K }>;
type On<E extends EventType> = Extract<PhaseEvent, { type: E }>;
type Step<K extends Kind, E extends EventType> = (from: In<K>, event: On<E>) => Transition;
type Table = { readonly [K in Kind]: { readonly [E in EventType]: Step<K, E> } };

export const NEW_OWNER: Phase = { kind: "offline" };

export function transition(from: Phase, event: PhaseEvent): Transition {
  if ("of" in event && event.of !== from) return stay(from);
  const step = TABLE[from.kind][event.type] as (from: Phase, event: PhaseEvent) => Transition;
  return step(from, event);
}

const TABLE: Table = {
  offline: {
    watched: enter,
    unwatched: letGo,
    begin,
    lose: stay,
    outdated: stay,
    drifted: stay,
    loadStarted: stay,
    slowLoad: stay,
    loaded: stay,
    loadFailed: stay,
    noRow: stay,
    badZone: stay,
    unreadable: stay,
  },
  waiting: {
    watched: stay,
    unwatched: letGo,
    begin,
    lose,
    outdated: stay,
    drifted: stay,
    loadStarted: startLoad,
    slowLoad: tellSlow,
    loaded: stay,
    loadFailed: stay,
    noRow: stay,
    badZone: stay,
    unreadable: setAside,
  },
  loading: {
    watched: stay,
    unwatched: letGo,
    begin,
    lose,
    outdated: requeue,
    drifted: stay,
    loadStarted: stay,
    slowLoad: tellSlow,
    loaded: takeLoad,
    loadFailed: failLoad,
    noRow: settleEmpty,
    badZone: settleStale,
    unreadable: setAside,
  },
  live: {
    watched: stay,
    unwatched: letGo,
    begin,
    lose,
    outdated: requeue,
    drifted: drift,
    loadStarted: stay,
    slowLoad: stay,
    loaded: stay,
    loadFailed: stay,
    noRow: stay,
    badZone: settleStale,
    unreadable: setAside,
  },
  noRow: {
    watched: stay,
    unwatched: letGo,
    begin,
    lose,
    outdated: requeue,
    drifted: stay,
    loadStarted: stay,
    slowLoad: stay,
    loaded: stay,
    loadFailed: stay,
    noRow: stay,
    badZone: stay,
    unreadable: setAside,
  },
  badZone: {
    watched: stay,
    unwatched: letGo,
    begin,
    lose,
    outdated: requeue,
    drifted: stay,
    loadStarted: stay,
    slowLoad: stay,
    loaded: stay,
    loadFailed: stay,
    noRow: stay,
    badZone: stay,
    unreadable: setAside,
  },
  unreadable: {
    watched: stay,
    unwatched: letGo,
    begin,
    lose,
    outdated: requeue,
    drifted: stay,
    loadStarted: stay,
    slowLoad: stay,
    loaded: stay,
    loadFailed: stay,
    noRow: stay,
    badZone: stay,
    unreadable: stay,
  },
  gone: {
    watched: stay,
    unwatched: stay,
    begin: stay,
    lose: stay,
    outdated: stay,
    drifted: stay,
    loadStarted: stay,
    slowLoad: stay,
    loaded: stay,
    loadFailed: stay,
    noRow: stay,
    badZone: stay,
    unreadable: stay,
  },
};

function stay(from: Phase): Transition {
  return { phase: from, effects: [] };
}

function enter(from: OfflinePhase, { offline }: On<"watched">): Transition {
  if (offline !== undefined) return { phase: from, effects: [{ do: "publishStale", reason: offline }] };
  return { phase: firstWait(), effects: [{ do: "queueWithOthers" }] };
}

/** An object of its own each time: a phase is told by it. */
function firstWait(): WaitingPhase {
  return { kind: "waiting", knownOccupants: undefined, dryLoads: 0 };
}

function begin(from: Phase): Transition {
  return {
    phase: firstWait(),
    effects: [...left(from), { do: "endPublication" }, { do: "queue" }],
  };
}

function lose(from: Phase, { reason, since }: On<"lose">): Transition {
  return {
    phase: { kind: "offline" },
    effects: [
      ...left(from),
      { do: "endPublication" },
      since === undefined ? { do: "publishStale", reason } : { do: "publishStale", reason, since },
    ],
  };
}

function letGo(from: Phase): Transition {
  return { phase: { kind: "gone" }, effects: left(from) };
}

function requeue(from: LoadingPhase | LivePhase | NoRowPhase | BadZonePhase | UnreadablePhase): Transition {
  const dryLoads = dryLoadsOf(from);
  return {
    phase: { kind: "waiting", knownOccupants: known(from), dryLoads },
    effects: [...left(from), dryLoads === 0 ? { do: "queue" } : { do: "queueAlone", tries: 0 }],
  };
}

/** Nobody vouches for what it shows until it is loaded again. */
function drift(from: LivePhase): Transition {
  const { phase, effects } = requeue(from);
  return { phase, effects: [{ do: "publishStale", reason: "drift" }, ...effects] };
}

function startLoad({ knownOccupants, dryLoads }: WaitingPhase): Transition {
  const buffer = { grains: [], isIncomplete: false };
  return { phase: { kind: "loading", knownOccupants, dryLoads, buffer }, effects: [] };
}

function tellSlow(from: WaitingPhase | LoadingPhase): Transition {
  return { phase: from, effects: [{ do: "publishStale", reason: "slow_load" }] };
}

function takeLoad(from: LoadingPhase, { numbers }: On<"loaded">): Transition {
  if (from.buffer.isIncomplete) return requeue(from);
  if (numbers.isDry) return loadMore(from);
  if (numbers.isBroken) return settleStale(from);
  return {
    phase: { kind: "live", numbers, dryLoads: from.dryLoads },
    effects: [{ do: "publishLoaded", numbers, knownOccupants: from.knownOccupants }],
  };
}

/** More first rows went while they were read than the load brought. */
function loadMore({ knownOccupants, dryLoads }: LoadingPhase): Transition {
  return {
    phase: { kind: "waiting", knownOccupants, dryLoads: dryLoads + 1 },
    effects: [{ do: "queueAlone", tries: dryLoads }],
  };
}

/** The queue has it tried again, together with the others of its load. */
function failLoad({ knownOccupants, dryLoads }: LoadingPhase, { isInnocent }: On<"loadFailed">): Transition {
  const phase: WaitingPhase = { kind: "waiting", knownOccupants, dryLoads };
  return { phase, effects: isInnocent === true ? [] : [{ do: "publishStale", reason: "load_failed" }] };
}

function settleEmpty(): Transition {
  return { phase: { kind: "noRow" }, effects: [{ do: "publishEmpty" }] };
}

function settleStale(from: LoadingPhase | LivePhase): Transition {
  return { phase: { kind: "badZone" }, effects: [...left(from), { do: "publishStale", reason: "time_zone" }] };
}

/** Batches are read without it from now on: what happens meanwhile is missed. */
function setAside(from: Phase, { reason }: On<"unreadable">): Transition {
  return {
    phase: { kind: "unreadable" },
    effects: [
      ...left(from),
      { do: "breakPublication" },
      { do: "publishStale", reason: "bad_row" },
      { do: "setAside", reason },
    ],
  };
}

/** The effects of leaving a phase, wherever to. */
function left({ kind }: Phase): readonly Effect[] {
  if (kind === "live") return [{ do: "stopClock" }];
  if (kind === "unreadable") return [{ do: "takeBack" }];
  return kind === "waiting" ? [{ do: "leaveQueue" }] : [];
}

function known(from: LoadingPhase | LivePhase | NoRowPhase | BadZonePhase | UnreadablePhase): KnownOccupants {
  if (from.kind === "loading") return from.knownOccupants;
  return from.kind === "live" ? from.numbers.occupants : undefined;
}

function dryLoadsOf(from: LoadingPhase | LivePhase | NoRowPhase | BadZonePhase | UnreadablePhase): number {
  return from.kind === "loading" || from.kind === "live" ? from.dryLoads : 0;
}
