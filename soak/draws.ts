/** Everything random of a campaign: from its seed and a name, so that what is drawn for one thing never moves what is drawn for another. */
import { createHash } from "node:crypto";
import { seeded } from "../demo/season.ts";
import { SettableTime } from "../test/support/oracle-run/settable-time.ts";
import { Values } from "../test/support/oracle-run/values.ts";

export class Draws {
  readonly seed: number;
  readonly #time: SettableTime;

  /** @param atMs the instant around which rows lie, in milliseconds since 1970 */
  constructor(seed: number, atMs: number) {
    this.seed = seed;
    this.#time = new SettableTime(atMs * 1_000);
  }

  /** Whether the server lets transactions be prepared: in some campaigns it does, in others daemons may sleep. */
  get prepares(): boolean {
    return this.of("prepares").chance(0.5);
  }

  of(name: string): Values {
    const seed = createHash("sha256").update(`${this.seed} ${name}`).digest().readInt32BE();
    return new Values(seeded(seed), this.#time, []);
  }
}
