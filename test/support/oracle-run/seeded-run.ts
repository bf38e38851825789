import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { randomRun, type RandomRunOptions } from "./random-run.ts";

/** `DELTAD_SEED` replays a run as far as sessions let themselves be replayed; `DELTAD_STEPS` makes it longer (2,000 nightly). */
const { DELTAD_SEED, DELTAD_STEPS } = process.env;
export const SEED = DELTAD_SEED === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(DELTAD_SEED);

/**
 * A random run that judges more documents than it has steps; one that fails says by which `DELTAD_SEED`.
 * @param options.seed default: {@link SEED}
 * @param options.steps where the environment does not say how many
 */
export async function seededRun(
  t: Pick<TestContext, "diagnostic">,
  options: Omit<RandomRunOptions, "seed"> & { readonly seed?: number },
): Promise<void> {
  const { seed = SEED } = options;
  const steps = DELTAD_STEPS === undefined ? options.steps : Number(DELTAD_STEPS);
  t.diagnostic(`seed ${seed}`);
  try {
    const { documentsJudged } = await randomRun({ ...options, seed, steps });
    t.diagnostic(`${documentsJudged} documents`);
    assert.ok(documentsJudged > steps, `only ${documentsJudged} documents`);
  } catch (error) {
    throw new Error(`with DELTAD_SEED=${SEED}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}
