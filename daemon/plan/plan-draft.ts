/** Collects what metrics need and keeps one of each: metrics that look at the same rows in the same way share a select and their state. */
import type { Accumulator, Counted, MeasurePlan, Overlap, Projection, ProjectionTime, Ranked, Window } from "./plan.ts";

/** The source of one number, or of one number per key. */
export interface NumberSource {
  readonly source: string;
  /** SQL text of the key. */
  readonly key: string | undefined;
  /** The expressions whose texts the key is made of, where these are no columns. */
  readonly keyExpressions?: readonly string[];
  readonly ranked?: Ranked;
  /** The projection's time; a day or month projection is given its span by the windows over it. */
  readonly time: ProjectionTime;
  readonly measure: MeasurePlan;
  readonly window: Window | undefined;
  readonly keyedBy: Accumulator["keyedBy"];
  readonly andPeriod?: Accumulator["andPeriod"];
}

interface ProjectionDraft extends Pick<NumberSource, "source" | "key" | "keyExpressions" | "ranked"> {
  time: ProjectionTime;
  readonly measures: MeasurePlan[];
}

export class PlanDraft {
  readonly #projections: ProjectionDraft[] = [];
  readonly #accumulators: Accumulator[] = [];
  readonly #overlaps: Overlap[] = [];

  get projections(): readonly Projection[] {
    return this.#projections;
  }
  get accumulators(): readonly Accumulator[] {
    return this.#accumulators;
  }
  get overlaps(): readonly Overlap[] {
    return this.#overlaps;
  }

  /** @returns the index of the accumulator */
  accumulator({ window, keyedBy, andPeriod, ...source }: NumberSource): number {
    const { projection, measure } = this.counted(source);
    const draft = this.#projections[projection] as ProjectionDraft;
    if (window !== undefined && "spanDays" in draft.time) {
      draft.time = { ...draft.time, spanDays: Math.max(draft.time.spanDays, spanDays(window)) };
    }
    const [from, until] =
      draft.time.kind === "while" ? [draft.time.from.type, draft.time.until?.type].map((type) => type === "date") : [];
    const days = from || until ? { days: { from: from === true, until: until === true } } : {};
    const pair = andPeriod && { andPeriod };
    const { ranked } = draft;
    const ranking = ranked && {
      ranking: { isDescending: ranked.isDescending, numericTies: ranked.numericTies, kept: ranked.kept },
    };
    return index(this.#accumulators, { projection, measure, window, keyedBy, ...pair, ...days, ...ranking });
  }

  /** How many keys, which are pairs, an accumulator has above 0, by their second part. @returns the index of that accumulator */
  tally(tallies: number): number {
    const { andPeriod, ...pairs } = this.#accumulators[tallies] as Accumulator;
    return index(this.#accumulators, { ...pairs, keyedBy: andPeriod ?? "key", tallies });
  }

  /** A measure that no accumulator need read. */
  counted({ measure, ...source }: Omit<NumberSource, "window" | "keyedBy" | "andPeriod">): Counted {
    const added = { ...source, measures: [] };
    const projection = index(this.#projections, added, (draft) => [
      draft.source,
      draft.key,
      { ...draft.time, spanDays: 0 },
      // The first of some rows are not the first of others.
      draft.ranked && [draft.ranked, draft === added ? [measure] : draft.measures],
    ]);
    const draft = this.#projections[projection] as ProjectionDraft;
    return { projection, measure: index(draft.measures, measure) };
  }

  /** @returns the index of the overlap */
  overlap(left: number, right: number): number {
    return index(this.#overlaps, { left, right });
  }
}

/** How old, in days, a row can be that the window still holds. */
function spanDays({ unit, end }: Window): number {
  if (unit === "hour") return Math.ceil(end / 24);
  return unit === "day" ? end - 1 : LONGEST_DAYS[unit] * end;
}

const LONGEST_DAYS = { week: 7, month: 31, quarter: 92, year: 366 } as const;

/** The place of an equal item, which is added where there is none. */
function index<Item>(items: Item[], item: Item, identity: (item: Item) => unknown = (all) => all): number {
  // JSON has no -Infinity: without this, a window from the beginning of time would equal one from nowhere.
  const text = (value: Item) =>
    JSON.stringify(identity(value), (_, part: unknown) => (part === -Infinity ? "-Infinity" : part));
  const wanted = text(item);
  const found = items.findIndex((other) => text(other) === wanted);
  return found >= 0 ? found : items.push(item) - 1;
}
