import { CAPTURE_MUTANTS } from "./capture.ts";
import { GATEWAY_MUTANTS } from "./gateway.ts";
import { METRICS_MUTANTS } from "./metrics.ts";
import type { Mutant } from "./mutant.ts";

export const MUTANTS: readonly Mutant[] = [...METRICS_MUTANTS, ...CAPTURE_MUTANTS, ...GATEWAY_MUTANTS];
