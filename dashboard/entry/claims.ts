import { ownerTopic, parseTopic } from "../../protocol/topic.ts";

/** What the page needs to know of a token. Nothing is verified here: the daemon does that. */
export interface Claims {
  /** The names of the topics that it opens. */
  readonly topics: readonly string[];
  readonly isAdmin: boolean;
}

/** Undefined for what is not a JSON Web Token. */
export function readClaims(token: string): Claims | undefined {
  const payload = parsePayload(token);
  if (typeof payload !== "object" || payload === null) return undefined;
  const { ownerId, owners, topics, role } = payload as Readonly<Record<string, unknown>>;
  const named = [...[ownerId, ...listOf(owners)].map(topicOfOwner), ...listOf(topics).map(topicText)];
  return { topics: [...new Set(named)].filter((topic) => topic !== undefined), isAdmin: role === "admin" };
}

function listOf(claim: unknown): readonly unknown[] {
  return Array.isArray(claim) ? (claim as unknown[]) : [];
}

function topicText(topic: unknown): string | undefined {
  return typeof topic === "string" && parseTopic(topic) ? topic : undefined;
}

function topicOfOwner(owner: unknown): string | undefined {
  const isKey = (typeof owner === "string" && owner !== "") || Number.isSafeInteger(owner);
  return isKey ? ownerTopic(String(owner)) : undefined;
}

/** What a JSON Web Token says, unverified; undefined for what is none. */
export function parsePayload(token: string): unknown {
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
