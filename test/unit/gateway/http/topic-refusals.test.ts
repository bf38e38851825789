import assert from "node:assert/strict";
import { it } from "node:test";
import { Identity } from "../../../../daemon/gateway/auth/identity.ts";
import type { HttpIdentification } from "../../../../daemon/gateway/http/http-access.ts";
import { topicRows } from "../../../../daemon/gateway/http/topic-rows.ts";
import { topicSnapshot } from "../../../../daemon/gateway/http/topic-snapshot.ts";
import type { Request, Response } from "../../../../daemon/gateway/transports/transport.ts";
import type { ChannelDemand } from "../../../../daemon/topics/channel/channel-topic.ts";
import { ROW_LIMITS } from "../../../../daemon/plan/channel-plan.ts";
import { channelHub } from "../../../support/channel-hub.ts";
import { CHANNEL, rowOf, SET } from "../../../support/posts-channel.ts";

const ROOM = { ...CHANNEL, members: { kind: "user", column: "host" }, sets: [{ ...SET, count: undefined }] } as const;
const identity = (isAdmin: boolean): Identity =>
  new Identity(
    {
      token: { subject: "ana", id: undefined, issuedAtSeconds: undefined },
      bearer: "ana",
      isAdmin,
      expiresAtMs: Number.POSITIVE_INFINITY,
    },
    new Set(),
  );
/** Who asks was let in a moment ago: what the topic says since decides. */
const identification: HttpIdentification = {
  identify: async () => identity(false),
  access: (_, topic) => ({ topic }),
  isWithinRate: () => true,
};
const request = (query: string): Request => ({
  method: "GET",
  path: "",
  query,
  remoteAddress: "",
  header: (name) => (name === "authorization" ? "Bearer x" : undefined),
});
const large = Array.from({ length: ROW_LIMITS.rows + 1 }, (_, at) =>
  rowOf(String(at), { place: Buffer.from(String(at)).toString("hex"), data: {}, bytes: 1 }),
);

/** What becomes of a page, and of all rows, once the channel is read; `Retry-After` behind the status. */
async function answers(
  load: (rig: ReturnType<typeof channelHub>) => void,
  { page, set = "rows" }: { readonly page?: ChannelDemand["page"]; readonly set?: string } = {},
): Promise<readonly string[]> {
  const rig = channelHub(ROOM, page);
  const { hub, clock } = rig;
  const options = { hub, identification, setTimeout: clock.setTimeout, clearTimeout: clock.clearTimeout };
  const asked = [
    topicRows(request("before=61"), { name: "room:1", set }, options),
    topicSnapshot(request(""), "room:1", options),
  ];
  await new Promise((resolve) => setImmediate(resolve));
  load(rig);
  const answered = await Promise.all(asked);
  return answered.map(told);
}

function told({ status, headers, body }: Response): string {
  const { error } = JSON.parse(String(typeof body === "function" ? "{}" : Buffer.from(body))) as { error?: string };
  return [status, error, headers["retry-after"]].filter((part) => part !== undefined).join(" ");
}

it("a refusal of a topic is answered by its own status over HTTP: of all its rows, and of a page", async () => {
  const shown = (rig: ReturnType<typeof channelHub>): void => rig.load([undefined, "ana"]);
  assert.deepEqual(await answers(shown), ["503 unavailable 5", "200"]);
  assert.deepEqual(await answers(shown, { set: "letters" }), ["404 unknown_rows", "200"]);
  const isLarge: ChannelDemand["page"] = (_, __, answer) => {
    const row = { ...rowOf("1", { place: "61", data: "too large", bytes: 0 }), position: "61" };
    answer({ rows: [row], isFirst: true, at: { epoch: "e", incarnation: "i", snapshot: "1:1:", asOf: 0, version: 1 } });
  };
  assert.deepEqual(await answers(shown, { page: isLarge }), ["413 too_large", "200"]);
  assert.deepEqual(await answers((rig) => rig.load([undefined, "ana"], [large])), ["413 too_large", "413 too_large"]);
  // Forbidden alike, whether it is there or not.
  assert.deepEqual(await answers((rig) => rig.load([undefined, "bob"])), ["403 forbidden", "403 forbidden"]);
  assert.deepEqual(await answers((rig) => rig.load([])), ["403 forbidden", "403 forbidden"]);
});

it("where an administrator asks how a channel stands in the database, one that is too large says so", async () => {
  const { hub, load, clock } = channelHub(ROOM);
  const options = {
    hub,
    identification: { ...identification, identify: async () => identity(true) },
    setTimeout: clock.setTimeout,
    clearTimeout: clock.clearTimeout,
  };
  const asked = topicSnapshot(request("at=now"), "room:1", options);
  await new Promise((resolve) => setImmediate(resolve));
  load([undefined], [large]);
  hub.publish("room", "1", { kind: "position", epoch: "e", incarnation: "i", snapshot: "2:2:", asOf: 0, version: 1 });
  assert.equal(told(await asked), "413 too_large");
});
