import assert from "node:assert/strict";
import { it } from "node:test";
import type { ChannelChange, ChannelRow } from "../../../daemon/capture/batch.ts";
import { ChannelPages, type Page } from "../../../daemon/channels/channel-pages.ts";
import { WatchedChannel } from "../../../daemon/channels/watched-channel.ts";
import { CHANNEL, changeOf, rowOf, SET } from "../../support/posts-channel.ts";

const ignore = (): void => undefined;
const row = (key: string, place: string, value: number, bytes = 1): ChannelRow =>
  rowOf(key, { place, data: { value }, bytes });
const changed = (key: string, place: string | undefined, value = 9): ChannelChange =>
  changeOf(key, place === undefined ? undefined : { place, data: { value }, bytes: 1 });

it("a page that is read while rows change is as they are when it is told", async () => {
  let answer: (rows: readonly (readonly ChannelRow[])[]) => void = ignore;
  const read = new Promise<readonly (readonly ChannelRow[])[]>((resolve) => (answer = resolve));
  const pages = new ChannelPages({
    loader: { loadPages: () => ({ imported: Promise.resolve(), pages: read }) },
    nudge: ignore,
    log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
  });
  const channel = new WatchedChannel("1", CHANNEL, 0, ignore);
  const told: (Page | undefined)[] = [];
  pages.ask(channel, SET, { set: 0, before: ["70"], limit: 3 }, (page) => void told.push(page));
  await pages.start({ snapshotId: "s" });
  // Edited, deleted, come from elsewhere, gone beyond the page on both sides; and of another channel.
  pages.take(channel, [changed("d", "64"), changed("c", undefined), changed("n", "65"), changed("e", "80")]);
  pages.take(channel, [changed("x", "10")]);
  pages.take(new WatchedChannel("2", CHANNEL, 0, ignore), [changed("y", "66")]);
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
  const big = (key: string, place: string): ChannelRow => row(key, place, 1, 600_000);
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
  pages.ask(new WatchedChannel("1", CHANNEL, 0, ignore), SET, { set: 0, before: ["70"], limit: 3 }, (page) => {
    told.push(page);
  });
  await pages.start({ snapshotId: "s" });
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(
    told.map((page) => [page?.isFirst, page?.rows.length]),
    [[false, 2]],
  );
});
