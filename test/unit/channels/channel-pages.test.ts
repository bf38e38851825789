import assert from "node:assert/strict";
import { it } from "node:test";
import type { ChannelChange, ChannelRow } from "../../../daemon/capture/batch.ts";
import { ChannelPages, type Page } from "../../../daemon/channels/channel-pages.ts";
import { WatchedChannel } from "../../../daemon/channels/watched-channel.ts";
import type { ChannelPlan, RowSetPlan } from "../../../daemon/plan/channel-plan.ts";

const SET: RowSetPlan = {
  name: "rows",
  source: "s",
  channel: "c",
  key: "id",
  count: 3,
  order: [{ column: "id", kind: "text" }],
  where: "true",
  data: "",
};
const PLAN: ChannelPlan = {
  kind: "room",
  source: "rooms",
  key: "id",
  keyType: "bigint",
  members: { kind: "everyone" },
  sets: [SET],
  tables: [],
};
const ignore = (): void => undefined;
const row = (key: string, place: string, value: number): ChannelRow => ({
  channel: "1",
  set: 0,
  key,
  row: { place, data: { value }, bytes: 1 },
});
const changed = (key: string, place: string | undefined, value = 9): ChannelChange => ({
  channel: "1",
  set: 0,
  key,
  isNew: false,
  row: place === undefined ? undefined : { place, data: { value }, bytes: 1 },
});

it("a page that is read while rows change is as they are when it is told", async () => {
  let answer: (rows: readonly (readonly ChannelRow[])[]) => void = ignore;
  const read = new Promise<readonly (readonly ChannelRow[])[]>((resolve) => (answer = resolve));
  const pages = new ChannelPages({
    loader: { loadPages: () => ({ imported: Promise.resolve(), pages: read }) },
    nudge: ignore,
    log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
  });
  const channel = new WatchedChannel("1", PLAN, 0, ignore);
  const told: (Page | undefined)[] = [];
  pages.ask(channel, SET, { set: 0, before: ["70"], limit: 3 }, (page) => void told.push(page));
  await pages.start({ snapshotId: "s" });
  // Edited, deleted, come from elsewhere, gone beyond the page on both sides; and of another channel.
  pages.take(channel, [changed("d", "64"), changed("c", undefined), changed("n", "65"), changed("e", "80")]);
  pages.take(channel, [changed("x", "10")]);
  pages.take(new WatchedChannel("2", PLAN, 0, ignore), [changed("y", "66")]);
  answer([[row("e", "69", 1), row("d", "64", 1), row("c", "63", 1), row("b", "62", 1)]]);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(
    told.map((page) => [page?.isFirst, page?.rows.map(({ key, row: { data } }) => [key, data])]),
    [
      [
        false,
        [
          ["d", { value: 9 }],
          ["n", { value: 9 }],
        ],
      ],
    ],
  );
});

it("a page that ends before its last row, since that would be too many bytes, is not the first", async () => {
  const big = (key: string, place: string): ChannelRow => {
    const { row: of, ...rest } = row(key, place, 1);
    return { ...rest, row: { ...of, bytes: 600_000 } };
  };
  const pages = new ChannelPages({
    loader: {
      loadPages: () => ({
        imported: Promise.resolve(),
        pages: Promise.resolve([[big("e", "69"), big("d", "64")]]),
      }),
    },
    nudge: ignore,
    log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
  });
  const told: (Page | undefined)[] = [];
  pages.ask(new WatchedChannel("1", PLAN, 0, ignore), SET, { set: 0, before: ["70"], limit: 3 }, (page) => {
    told.push(page);
  });
  await pages.start({ snapshotId: "s" });
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(
    told.map((page) => [page?.isFirst, page?.rows.length]),
    [[false, 2]],
  );
});
