/**
 * Who may write, as SQL conditions over the variables of a write function: `_channel` (text, canonical), `_subject` (text) and `_topics`
 * (text[], those that the token names). The channel must exist, its members must include the user, and so must `by`.
 */
import { unreachable } from "../config/unreachable.ts";
import { qualifiedName, quoteLiteral } from "../database/identifier.ts";
import type { ChannelPlan } from "../plan/channel-plan.ts";
import { namesUser, wideRow } from "../plan/channel-select.ts";
import { captured, watchedBy } from "../plan/row-source.ts";
import type { WritersPlan } from "../plan/writes-plan.ts";
import { columnOf, memberPlan } from "./written-set.ts";

export function mayWrite(plan: ChannelPlan, by: WritersPlan | undefined): string {
  const conditions = [
    exists(plan, []),
    ...isAmong(plan, memberPlan(plan)),
    ...(by === undefined ? [] : isAmong(plan, by)),
  ];
  return [...new Set(conditions)].join("\n     and ");
}

function isAmong(plan: ChannelPlan, who: WritersPlan): readonly string[] {
  switch (who.kind) {
    case "everyone":
      return [];
    case "claim":
      return [`${quoteLiteral(`${plan.kind}:`)} || _channel = any (_topics)`];
    case "user": {
      const { type } = captured(watchedBy(plan, plan.source), who.column);
      return [exists(plan, namesUser(columnOf("w", who.column), type, "_subject"))];
    }
    case "owner":
      return [exists(plan, [`'owner:' || ${columnOf("w", who.column)}::text = any (_topics)`])];
    case "table": {
      const { schema, table, channel, user, userType, where, columns } = who;
      const row = columns.length === 0 ? "" : ` cross join lateral (${wideRow("w", columns)}) r`;
      const conditions = [
        `${columnOf("w", channel)} = _channel::${plan.keyType}`,
        ...namesUser(columnOf("w", user), userType, "_subject"),
        ...(where === "true" ? [] : [`(${where})`]),
      ];
      return [`exists (select from ${qualifiedName(schema, table)} w${row} where ${conditions.join(" and ")})`];
    }
  }
  return unreachable(who);
}

/** That the channel's own row is there, and more about it. */
function exists(plan: ChannelPlan, conditions: readonly string[]): string {
  const { schema, table } = watchedBy(plan, plan.source);
  const all = [`${columnOf("w", plan.key)} = _channel::${plan.keyType}`, ...conditions];
  return `exists (select from ${qualifiedName(schema, table)} w where ${all.join(" and ")})`;
}
