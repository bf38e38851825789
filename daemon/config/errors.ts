/** The operator's mistake: shown as one line that says what to do, without a stack; exit code 78 (EX_CONFIG). */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/** The daemon cannot go on, and trying again would not help; exit code 1. */
export class FatalError extends Error {
  override readonly name = "FatalError";
}

/** Gives what `run` gives; its ConfigError says the place in the configuration as well. */
export function at<Result>(path: readonly string[], run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new ConfigError(`${path.join(".")}: ${error.message}`);
  }
}
