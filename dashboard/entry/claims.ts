import { parseTopic } from "../../protocol/topic.ts";

/** What the page needs to know of a token. Nothing is verified here: the daemon does that. */
export interface Claims {
  readonly owners: readonly string[];
  readonly isAdmin: boolean;
}

/** Undefined for what is not a JSON Web Token. */
export function readClaims(token: string): Claims | undefined {
  const payload = parsePayload(token);
  if (typeof payload !== "object" || payload === null) return undefined;
  const { ownerId, owners, topics, role } = payload as Readonly<Record<string, unknown>>;
  const named = [...[ownerId, ...listOf(owners)].map(ownerText), ...listOf(topics).map(ownerOfTopic)];
  return { owners: [...new Set(named)].filter((owner) => owner !== undefined), isAdmin: role === "admin" };
}

function listOf(claim: unknown): readonly unknown[] {
  return Array.isArray(claim) ? (claim as unknown[]) : [];
}

function ownerOfTopic(topic: unknown): string | undefined {
  const { kind, key } = (typeof topic === "string" && parseTopic(topic)) || {};
  return kind === "owner" ? key : undefined;
}

function ownerText(owner: unknown): string | undefined {
  if (typeof owner === "string" && owner !== "") return owner;
  return Number.isSafeInteger(owner) ? String(owner) : undefined;
}

function parsePayload(token: string): unknown {
  const parts = token.split(".");
  if (parts.length !== 3) return undefined;
  try {
    const base64 = (parts[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes)) as unknown;
  } catch {
    return undefined;
  }
}
