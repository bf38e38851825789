/** How many cases a property test runs, and from which seed: `DELTAD_CASES` (100,000 nightly) and `DELTAD_SEED` replay a run. */
export function cases(byDefault: number): { numRuns: number; seed?: number } {
  const { DELTAD_CASES, DELTAD_SEED } = process.env;
  return {
    numRuns: DELTAD_CASES === undefined ? byDefault : Number(DELTAD_CASES),
    ...(DELTAD_SEED === undefined ? {} : { seed: Number(DELTAD_SEED) }),
  };
}
