import type { Cause } from "./cause.ts";
import { described } from "./development.ts";

/** @param reason as the daemon gave it, or `getToken` */
export function makeCause(kind: Exclude<Cause["kind"], "code" | "nack">, reason?: string): Cause;
export function makeCause(kind: "code", reason: string | undefined, code: number): Cause;
export function makeCause(kind: "nack", reason: string | undefined, code: string): Cause;
export function makeCause(kind: Cause["kind"], reason = "", code?: string | number): Cause {
  return described({ kind, code, reason, message: reason } as Cause);
}
