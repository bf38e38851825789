/** Who may see a channel, as SQL says it: of a table of members with any number of rows, and users of any name. */
import assert from "node:assert/strict";
import { before, it } from "node:test";
import { type ChannelPlan, MOST_MEMBERS } from "../../../daemon/plan/channel-plan.ts";
import { channelLoadSelect, channelWhoSelect } from "../../../daemon/plan/channel-select.ts";
import { columns } from "../../support/install.ts";
import { CHANNEL } from "../../support/posts-channel.ts";
import { onEachServer, type TestDatabase } from "../../support/servers.ts";

const watched = (table: string, owner: string, ...others: string[]) => ({
  source: table,
  schema: "public",
  table,
  columns: columns(`${owner} bigint`, ...others),
  key: owner,
  owner,
});

const PLAN: ChannelPlan = {
  ...CHANNEL,
  members: { kind: "table", source: "guests", channel: "room", user: "who" },
  sets: [],
  tables: [watched("rooms", "id"), watched("guests", "room", "who bigint")],
};

interface PlanNode {
  readonly "Relation Name"?: string;
  readonly "Actual Rows": number;
  readonly Plans?: readonly PlanNode[];
}

await onEachServer("who may see a channel, by SQL", (server) => {
  let database: TestDatabase;

  before(async () => {
    database = await server.createDatabase();
    await database.query(`
      create table rooms (id bigint primary key);
      create table guests (room bigint not null, who bigint not null);
      insert into rooms values (1), (2);
      insert into guests select 1, n from generate_series(1, ${2 * MOST_MEMBERS}) n;
      create index on guests (room, who)`);
    await database.query("analyze");
  });

  it("of too many members no more are read than say so", async () => {
    const select = channelLoadSelect(PLAN).replaceAll("$1", "'{1}'");
    const [row] = await database.query<{ "QUERY PLAN": readonly [{ readonly Plan: PlanNode }] }>(
      `explain (analyze, format json) ${select}`,
    );
    const read = (node: PlanNode): number =>
      (node["Relation Name"] === "guests" ? node["Actual Rows"] : 0) +
      (node.Plans ?? []).reduce((sum, part) => sum + read(part), 0);
    assert.equal(read(row?.["QUERY PLAN"][0].Plan ?? assert.fail()), MOST_MEMBERS + 1);
  });

  it("a member is found by any number, and by a name that is none nobody is", async () => {
    const members = ["0", "7", "-5", "999999999999999999", "9223372036854775807", "-9223372036854775808"];
    await database.query("delete from guests");
    await database.query("insert into guests select 2, unnest($1::bigint[])", [members]);
    const found = async (name: string): Promise<number> => {
      const rows = await database.query<{ who: string | null }>(
        `select who from (${channelWhoSelect(PLAN)}) as found(tag, channel, who, a, b, c, d) where who is not null`,
        ["2", name],
      );
      return rows.length;
    };
    for (const name of members) assert.equal(await found(name), 1, name);
    const others = ["007", "-0", "+7", " 7", "ana", "", "-", "9223372036854775808", "9".repeat(30), "7.0"];
    for (const name of others) assert.equal(await found(name), 0, name);
  });
});
