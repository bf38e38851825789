import type { JsonObject } from "../../../protocol/json.ts";
import type { Frame } from "../../hub/frame.ts";
import { applyPatch, mergePatches } from "./merge.ts";

/** So many patches are kept apart at most: merged, they remember each key that has gone. */
const MOST_PATCHES = 256;

/**
 * The document that subscribers show. As objects it takes several times the room of its text, and most are never looked at again once a
 * subscriber has them: so it is kept as the frame that brought it and the patches since then, and read from these when it is asked for.
 */
export class ShownDocument {
  #whole: JsonObject | undefined = {};
  /** Where there is no whole: a frame whose `data` is what it was, and how it has changed since. */
  #frame: Frame | undefined;
  #since: JsonObject | undefined;
  #patches = 0;

  /** The document is handed over, and patches as well. */
  replace(document: JsonObject): void {
    this.#keep(document, undefined);
  }

  patch(patch: JsonObject): void {
    if (this.#whole !== undefined || this.#patches >= MOST_PATCHES) applyPatch(this.whole(), patch);
    else {
      this.#since = this.#since === undefined ? patch : mergePatches(this.#since, patch);
      this.#patches += 1;
    }
  }

  /** To be read only, until the next change. */
  whole(): JsonObject {
    if (this.#whole !== undefined) return this.#whole;
    const { data } = JSON.parse(Buffer.from(this.#frame?.bytes ?? []).toString()) as { data: JsonObject };
    const whole = this.#since === undefined ? data : applyPatch(data, this.#since);
    this.#keep(whole, undefined);
    return whole;
  }

  /** This frame's `data` is the document as it is now. */
  keptIn(frame: Frame): void {
    this.#keep(undefined, frame);
  }

  #keep(whole: JsonObject | undefined, frame: Frame | undefined): void {
    this.#whole = whole;
    this.#frame = frame;
    this.#since = undefined;
    this.#patches = 0;
  }
}
