import { type Config, type Environment, readConfig } from "../config/config.ts";
import { OPTIONS } from "../config/options.ts";

/** Stands for the demo's database until that runs. */
const NOT_YET = "postgresql://127.0.0.1/";

/**
 * The operator's configuration without what would lead the demo to somebody's database or tables, or to tokens it can't sign.
 * The caller puts in `databaseUrl`. `jwtSecret` is used where the operator gives none.
 */
export function demoConfig(
  environment: Environment,
  configFile: string,
  jwtSecret: string,
): { config: Config; secret: string } {
  const secret = environment[OPTIONS.jwtSecret.name] || jwtSecret;
  const config = readConfig({
    ...environment,
    [OPTIONS.databaseUrl.name]: NOT_YET,
    [OPTIONS.configFile.name]: configFile,
    [OPTIONS.jwtSecret.name]: secret,
    [OPTIONS.jwtPublicKey.name]: undefined,
  });
  return { config, secret };
}
