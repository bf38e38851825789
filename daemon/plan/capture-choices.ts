import { checkConfig } from "./check-config.ts";

/** A configuration's choices about capture itself, with the defaults filled in. */
export interface CaptureChoices {
  /** A statement that changes more rows leaves a reset instead of images. */
  readonly bulkRows: number;
  /** Whether writers of the watched tables may use PREPARE TRANSACTION. */
  readonly twoPhase: boolean;
}

/** 5,000: above it, reading the owners again costs less than their images would. */
const BULK_ROWS = 5_000;

/** The name by which a database knows the configuration that was applied to it. */
export function configurationName(config: unknown): string {
  checkConfig(config);
  return config.name ?? "default";
}

/** @throws ConfigError as `compile` does */
export function captureChoices(config: unknown): CaptureChoices {
  checkConfig(config);
  return { bulkRows: config.bulkRows ?? BULK_ROWS, twoPhase: config.twoPhase ?? true };
}
