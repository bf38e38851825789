import type { ChannelAccess } from "../../channels/channel-access.ts";
import type { ChannelPlan } from "../../plan/channel-plan.ts";
import type { ChannelClaims } from "./claims.ts";
import type { GuardedKind } from "./identification.ts";

/** What channels ask of tokens. */
export function channelClaims(plans: readonly ChannelPlan[]): ChannelClaims | undefined {
  if (plans.length === 0) return undefined;
  return {
    lists: plans.flatMap(({ members }) => (members.kind === "claim" ? [members.claim] : [])),
    areShown: plans.some(({ sets }) => sets.some(({ writes }) => writes?.claims !== undefined)),
  };
}

/** Who may see channels of a kind. */
export function guardedKind({ members }: ChannelPlan, access: ChannelAccess): GuardedKind {
  return {
    claim: members.kind === "claim" ? members.claim : undefined,
    maySee: (key, identity) => access.maySee(key, identity),
  };
}
