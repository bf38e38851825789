/** How far a client is that got everything up to here. */
export interface Place {
  readonly owner: string;
  /** It has every event that this snapshot sees. */
  readonly snapshot: string;
  /** It has every event by the clock up to this instant, in microseconds since 1970. */
  readonly asOf: number;
  /** Beyond that it has events by these ids: those of one flush that came before this frame. */
  readonly seen: readonly string[];
}

/** Makes the cursor that clients hand back as `resume`. */
export type CursorOf = (place: Place) => string;
