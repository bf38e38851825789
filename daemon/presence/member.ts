/** What one daemon says of a user who is at a topic by a connection to it. Never changed: another one takes its place. */
export interface Member {
  /** The daemon. */
  readonly node: string;
  readonly topic: string;
  readonly user: string;
  /** JSON of what a client said of them last; undefined: nothing. */
  readonly state: string | undefined;
  /** When that was said: of two daemons' the greater is the later, whatever their clocks. 0: never. */
  readonly saidAt: number;
  /** All their connections to it are out of sight. */
  readonly isAway: boolean;
}

/** A user at a topic, as others are told. The same object until something of it changes. */
export interface Shown {
  readonly state: string | undefined;
  readonly isAway: boolean;
}
