import { type DaemonConfig, type Environment, isGiven, readConfig } from "../../daemon/config/config.ts";
import { OPTIONS } from "../../daemon/config/options.ts";

/** Stands for the demo's database until that runs. */
const NOT_YET = "postgresql://127.0.0.1/";

/** Of the operator's configuration, what would lead the demo to somebody's database or tables, or to tokens that it can't sign. */
export const UNREAD_OPTIONS: readonly string[] = [
  OPTIONS.databaseUrl,
  OPTIONS.configFile,
  OPTIONS.jwtPublicKey,
  OPTIONS.jwksUrl,
  OPTIONS.jwtMaxLifetimeS,
  OPTIONS.jwtIssuer,
  OPTIONS.jwtAudience,
].map(({ name }) => name);

export interface DemoSettings {
  /** The caller puts in `databaseUrl`. */
  readonly config: DaemonConfig;
  /** Signs the demo's tokens. */
  readonly secret: string;
  /** A port that somebody asked for must be had; any other will do instead of the default. */
  readonly portIsGiven: boolean;
}

/** The operator's configuration without {@link UNREAD_OPTIONS}. `jwtSecret` is used where the operator gives none. */
export function demoConfig(environment: Environment, configFile: string, jwtSecret: string): DemoSettings {
  const secret = environment[OPTIONS.jwtSecret.name] || jwtSecret;
  const config = readConfig({
    ...environment,
    ...Object.fromEntries(UNREAD_OPTIONS.map((name) => [name, undefined])),
    [OPTIONS.databaseUrl.name]: NOT_YET,
    [OPTIONS.configFile.name]: configFile,
    [OPTIONS.jwtSecret.name]: secret,
  });
  return { config, secret, portIsGiven: isGiven(environment, "port") };
}
