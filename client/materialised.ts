import type { JsonObject } from "../protocol/json.ts";
import { mergePatch } from "./merge-patch.ts";

/** A metrics document and where it stands. */
export interface Materialised {
  readonly epoch: string;
  readonly version: number;
  /** ISO instant with microseconds. */
  readonly asOf: string;
  readonly data: JsonObject;
}

export interface Patch extends Materialised {
  /** The version that `data` is a merge patch against. */
  readonly previous: number;
}

/** Takes what a snapshot frame says. Its data is copied, so that every object in the document has a null prototype. */
export function fromSnapshot({ epoch, version, asOf, data }: Materialised): Materialised {
  return { epoch, version, asOf, data: mergePatch(undefined, data) };
}

/** The document after a patch; `"gap"` where the patch is against another document than this one. */
export function applyPatch(document: Materialised | undefined, patch: Patch): Materialised | "gap" {
  if (document?.epoch !== patch.epoch || document.version !== patch.previous) return "gap";
  const { epoch, version, asOf } = patch;
  return { epoch, version, asOf, data: mergePatch(document.data, patch.data) };
}
