import type { RowData } from "../../protocol/json.ts";
import type { TextRow } from "../database/session.ts";
import type { ChannelChange, ChannelOperation, ChannelRow, ChannelWho } from "./batch.ts";
import { inOrderOfCommit, placeOf } from "./event-row.ts";

/** Rows of channels in order of commit, from rows of `TAG.channelRow` of one reading. */
export function parseChannelChanges(rows: readonly TextRow[]): ChannelChange[] {
  return inOrderOfCommit(rows.map(placeOf)).map(({ row }) => {
    const { what, ...change } = parse(row);
    return { ...change, isNew: what === "i" };
  });
}

/** A row that a load has found. */
export function parseChannelRow(row: TextRow): ChannelRow & { readonly page: number } {
  const { what, ...found } = parse(row);
  if (found.row === undefined || what !== "i") throw new Error("a load found a row that is not there");
  return { ...found, row: found.row, page: Number(row[5]) };
}

export function parseChannelWho([, channel, who, , times]: TextRow): ChannelWho {
  return { channel: channel ?? "", who: who ?? undefined, times: Number(times) };
}

/** What became of operations, in the order in which each client asked for its own. */
export function parseOperations(rows: readonly TextRow[]): ChannelOperation[] {
  return rows
    .map(([, channel, client, , seq, , m]) => ({
      channel: channel ?? "",
      client: client ?? "",
      seq: Number(seq),
      ...(JSON.parse(m ?? "") as Pick<ChannelOperation, "subject" | "outcome">),
    }))
    .toSorted((a, b) => a.seq - b.seq);
}

function parse([, channel, key, set, , , m]: TextRow): Omit<ChannelChange, "isNew"> & { readonly what: string } {
  const said = m ?? "";
  const what = said.slice(0, 1);
  // PostgreSQL escapes line feeds in JSON, and a place has none.
  const end = said.indexOf("\n");
  const row =
    what === "d"
      ? undefined
      : {
          place: said.slice(1, end),
          bytes: Buffer.byteLength(said),
          data: end + 1 === said.length ? ("too large" as const) : (JSON.parse(said.slice(end + 1)) as RowData),
        };
  return { channel: channel ?? "", set: Number(set), key: key ?? "", what, row };
}
