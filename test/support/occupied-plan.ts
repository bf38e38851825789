/** The sample plan with rooms that guests occupy, and the grains that a batch or a load would bring of them. */
import type { Grain } from "../../daemon/capture/batch.ts";
import type { Plan, Projection } from "../../daemon/plan/plan.ts";
import { LASTING, SAMPLE_PLAN } from "./sample-plan.ts";

const ROOMS = SAMPLE_PLAN.projections.length;
const STAYS = ROOMS + 1;
const count = { where: undefined, value: { op: "count" } } as const;

const PROJECTIONS: readonly Projection[] = [
  ...SAMPLE_PLAN.projections,
  { source: "rooms", key: "…", time: { kind: "none" }, measures: [count] },
  { source: "stays", key: "…", time: LASTING, measures: [count] },
];

export const OCCUPIED_PLAN: Plan = {
  ...SAMPLE_PLAN,
  projections: PROJECTIONS,
  occupants: [
    {
      name: "occupant_changed",
      groups: { projection: ROOMS, measure: 0 },
      stays: { projection: STAYS, measure: 0 },
      data: ["room", "bed"].map((name) => ({ name, column: name, form: { as: "text" } })),
      numericKeys: true,
    },
  ],
};

const BASE = { owner: "1", day: undefined, from: undefined, until: undefined };

interface Written {
  readonly owner?: string;
  /** -1 for an old image. */
  readonly weight?: bigint;
  /** The transaction, in a batch. */
  readonly xid?: bigint;
}

function values({ weight = 1n, xid }: Written): bigint[] {
  return xid === undefined ? [weight] : [weight, xid];
}

/** A room that may be occupied. */
export function room(name: string, data: object, written: Written = {}): Grain {
  const { owner = "1" } = written;
  return { ...BASE, owner, projection: ROOMS, key: JSON.stringify([name, data]), values: values(written) };
}

/** A guest's stay, with instants in microseconds since 1970. */
export function guest(
  stay: {
    readonly room: string;
    readonly key: string;
    readonly label: string | null;
    readonly from: number;
    readonly until: number;
  },
  written: Written = {},
): Grain {
  const { owner = "1" } = written;
  const key = JSON.stringify([stay.room, stay.key, stay.label]);
  return { ...BASE, owner, projection: STAYS, key, from: stay.from, until: stay.until, values: values(written) };
}
