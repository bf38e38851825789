import assert from "node:assert/strict";
import { it } from "node:test";
import { fetchOwner } from "../../client/fetch-owner.ts";
import { startGateway, stopGatewaysAfterEach } from "../support/gateway.ts";

stopGatewaysAfterEach();

async function setUp() {
  const server = await startGateway({ transport: "ws" });
  server.publisher.documents.set("7", { total: "1" });
  const reasons: string[] = [];
  let token = server.token({ ownerId: 7 });
  const options = {
    url: `http://127.0.0.1:${server.port}/`,
    getToken: ({ reason }: { readonly reason: string }) => {
      reasons.push(reason);
      return token;
    },
  };
  return { server, options, reasons, useToken: (next: string) => (token = next) };
}

it("An owner's numbers come with a tag, and are the same object while nothing changes", async () => {
  const { server, options } = await setUp();
  const first = await fetchOwner(options, 7);
  assert.deepEqual(first.data, { total: "1" });
  assert.match(first.asOf, /Z$/);
  assert.equal(await fetchOwner(options, 7, first), first);
  server.publisher.patch("7", { total: "2" });
  server.clock.advance(50);
  const next = await fetchOwner(options, 7, first);
  assert.deepEqual(next.data, { total: "2" });
  assert.notEqual(next.tag, first.tag);
});

it("A token that is refused is asked for once more, and what the daemon refuses is an error", async () => {
  const { options, reasons, useToken } = await setUp();
  await assert.rejects(fetchOwner(options, 8), /^Error: 403 for owner 8: .*forbidden/);
  useToken("none");
  await assert.rejects(fetchOwner(options, 7), /^Error: 401/);
  assert.deepEqual(reasons, ["connect", "connect", "refused"]);
});
