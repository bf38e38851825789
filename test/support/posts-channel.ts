/** A channel of rows, `room:1`, whose set shows three newest in the order of their ids; and rows of it. */
import type { ChannelChange, ChannelRow } from "../../daemon/capture/batch.ts";
import { type ChannelPlan, ROW_LIMITS, type RowSetPlan } from "../../daemon/plan/channel-plan.ts";

export const SET: RowSetPlan = {
  name: "rows",
  source: "s",
  channel: "c",
  key: "id",
  count: 3,
  limits: ROW_LIMITS,
  order: [{ column: "id", kind: "text" }],
  where: "true",
  data: "",
};

export const CHANNEL: ChannelPlan = {
  kind: "room",
  source: "rooms",
  key: "id",
  keyType: "bigint",
  members: { kind: "everyone" },
  sets: [SET],
  shows: { presence: false, typing: false },
  tables: [],
};

/** `row`: undefined where it went. */
export function changeOf(key: string, row: ChannelChange["row"], isNew = false): ChannelChange {
  return { channel: "1", set: 0, key, isNew, row };
}

export function rowOf(key: string, row: ChannelRow["row"]): ChannelRow {
  return { channel: "1", set: 0, key, row };
}
