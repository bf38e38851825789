/** Who a marketplace's owners are, as the demo's channel `marketplace` gives it to who runs it. */
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { type MarketplaceDaemon, openMarketplace } from "../support/running-daemon.ts";
import { onEachServer } from "../support/servers.ts";

const ROWS = `
  insert into marketplaces (id, name) values (2, 'Another');
  insert into owners (id, name, time_zone, currency) values (1, 'Campo', 'America/Noronha', 'BRL'), (2, 'Cascais', 'UTC', 'EUR');
  insert into owners (id, name, time_zone, marketplace_id) values (3, 'Elsewhere', 'UTC', 2)`;

await onEachServer("A marketplace's owners, by the demo's configuration", (server) => {
  let daemon: MarketplaceDaemon;

  before(async () => {
    ({ daemon } = await openMarketplace(server, ROWS));
  });
  after(() => daemon.stop());

  const ask = (marketplace: number, claims: object) =>
    fetch(`${daemon.url}v1/topics/marketplace:${marketplace}`, {
      headers: { authorization: `Bearer ${daemon.token(claims)}` },
    });
  const names = async (marketplace: number, claims: object) => {
    const answer = await ask(marketplace, claims);
    if (answer.status !== 200) return answer.status;
    const { sets } = (await answer.json()) as { sets: { owners: { items: [string, string, { name: string }][] } } };
    return sets.owners.items.map(([, , { name }]) => name);
  };

  it("are rows for administrators and for whose token names the marketplace, and nobody else", async () => {
    assert.deepEqual(await names(1, { role: "admin" }), ["Campo", "Cascais"]);
    assert.deepEqual(await names(2, { role: "admin" }), ["Elsewhere"]);
    assert.deepEqual(await names(1, { sub: "staff", marketplaces: [1] }), ["Campo", "Cascais"]);
    assert.equal(await names(2, { sub: "staff", marketplaces: [1] }), 403);
    assert.equal(await names(1, { sub: "owner", owners: ["1"] }), 403);
    assert.equal(await names(1, { sub: "staff", topics: ["platform:all"] }), 403);
  });
});
