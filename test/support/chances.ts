import { createHash } from "node:crypto";

/** Numbers from 0 to 1, the same for the same seed. */
export function chances(seed: string): () => number {
  let nth = 0;
  return () =>
    createHash("sha1")
      .update(`${seed} ${(nth += 1)}`)
      .digest()
      .readUInt32BE() /
    2 ** 32;
}
