/** One deliberate mistake, and the test that must notice it. */
export interface Mutant {
  readonly name: string;
  /** The file that is changed, from the root: TypeScript or SQL. */
  readonly file: string;
  /** Text that occurs exactly once in it. */
  readonly find: string;
  readonly replace: string;
  /** The test file that is run, e.g. `test/unit/metrics/clock.test.ts`. */
  readonly test: string;
  /** How the title of a test in it begins that must fail. */
  readonly title: string;
}
