/** Environment -> frozen DaemonConfig, or a ConfigError of one line. */
import * as v from "valibot";
import { ConfigError } from "./errors.ts";
import { nearest } from "./nearest.ts";
import { type OptionInUse, optionsInUse } from "./options-in-use.ts";
import { OPTIONS, type Option, type OptionKey, type OptionValue, type OptionValues } from "./options.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** How tokens are checked: exactly one way, so that a token's own header never chooses. */
export type JwtKey =
  | { readonly secret: string; readonly nextSecret: string | undefined }
  /** PEM, or the path of a PEM file. */
  | { readonly publicKey: string }
  /** Where the public keys are. */
  | { readonly jwksUrl: string };

export type DaemonConfig = Omit<OptionValues, "jwtSecret" | "jwtSecretNext" | "jwtPublicKey" | "jwksUrl"> & {
  readonly jwt: JwtKey;
  /** All of it as operators see it. */
  readonly optionsInUse: readonly OptionInUse[];
};

/**
 * Reads every option; an empty value is as good as none.
 * @throws ConfigError that names the option and says what to do; it never repeats a value.
 */
export function readConfig(environment: Environment): DaemonConfig {
  refuseUnknownNames(environment);
  const { jwtSecret, jwtSecretNext, jwtPublicKey, jwksUrl, ...rest } = readAll(environment);
  refuseUnclearOperators(rest);
  const jwt = Object.freeze(jwtKey({ jwtSecret, jwtSecretNext, jwtPublicKey, jwksUrl }));
  return Object.freeze({ ...rest, jwt, optionsInUse: Object.freeze(optionsInUse(environment)) });
}

function refuseUnclearOperators({
  adminPort,
  adminTokens,
  adminActTokens,
}: Pick<OptionValues, "adminPort" | "adminTokens" | "adminActTokens">): void {
  const names = [...adminTokens, ...adminActTokens].map(({ name }) => name);
  if (adminPort !== undefined && names.length === 0) {
    throw new ConfigError(
      `${OPTIONS.adminPort.name} is set without ${OPTIONS.adminTokens.name}: name who may ask there`,
    );
  }
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice === undefined) return;
  const { adminTokens: ask, adminActTokens: act } = OPTIONS;
  throw new ConfigError(
    `${ask.name} and ${act.name} both name ${twice}: who may act may ask as well, by the one token`,
  );
}

/** Reads one option alone, for commands that need no other. */
export function readOption<Key extends OptionKey>(environment: Environment, key: Key): OptionValue<Key> {
  const option: Option = OPTIONS[key];
  const text = given(environment, key) ?? option.default;
  if (text === undefined) {
    if (option.required) throw new ConfigError(`${option.name} is not set: ${option.help}`);
    return undefined as OptionValue<Key>;
  }
  const result = v.safeParse(option.schema, text);
  if (!result.success) throw new ConfigError(`${nameInUse(environment, option)} ${result.issues[0].message}`);
  return result.output as OptionValue<Key>;
}

/** Whether the operator chose a value, rather than leaving the default. */
export function isGiven(environment: Environment, key: OptionKey): boolean {
  return given(environment, key) !== undefined;
}

/** @throws ConfigError for a name that starts with DELTAD_ and is no option, suggesting the nearest that is. */
export function refuseUnknownNames(environment: Environment): void {
  const known: string[] = Object.values(OPTIONS).map(({ name }) => name);
  for (const name of Object.keys(environment)) {
    if (!name.startsWith("DELTAD_") || known.includes(name)) continue;
    const meant = nearest(name, known);
    throw new ConfigError(
      `${name} is not an option of deltad${meant ? `; did you mean ${meant}?` : "; --help lists them"}`,
    );
  }
}

function readAll(environment: Environment): OptionValues {
  const keys = Object.keys(OPTIONS) as OptionKey[];
  return Object.fromEntries(keys.map((key) => [key, readOption(environment, key)])) as OptionValues;
}

type JwtOptions = Pick<OptionValues, "jwtSecret" | "jwtSecretNext" | "jwtPublicKey" | "jwksUrl">;

function jwtKey(given: JwtOptions): JwtKey {
  const ways = (["jwtSecret", "jwtPublicKey", "jwksUrl"] as const).filter((key) => given[key] !== undefined);
  const [first, second] = ways.map((key) => OPTIONS[key].name);
  if (second !== undefined) throw new ConfigError(`${first} and ${second} are both set: keep one`);
  const { jwtSecret: secret, jwtSecretNext: nextSecret, jwtPublicKey: publicKey, jwksUrl } = given;
  if (secret !== undefined) return { secret, nextSecret };
  if (nextSecret !== undefined) {
    throw new ConfigError(
      `${OPTIONS.jwtSecretNext.name} is set without ${OPTIONS.jwtSecret.name}: it only follows that one`,
    );
  }
  if (publicKey !== undefined) return { publicKey };
  if (jwksUrl !== undefined) return { jwksUrl };
  throw new ConfigError(`set ${OPTIONS.jwtSecret.name} (${OPTIONS.jwtSecret.help})`);
}

function given(environment: Environment, key: OptionKey): string | undefined {
  const option: Option = OPTIONS[key];
  return environment[option.name] || (option.otherName && environment[option.otherName]) || undefined;
}

function nameInUse(environment: Environment, { name, otherName }: Option): string {
  return otherName && !environment[name] && environment[otherName] ? otherName : name;
}
