/** The operator's mistake: shown as one line that says what to do, without a stack; exit code 78 (EX_CONFIG). */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/** The daemon cannot go on, and trying again would not help; exit code 1. */
export class FatalError extends Error {
  override readonly name = "FatalError";
}
