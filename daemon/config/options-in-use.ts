/** The configuration in effect, with where each value comes from. Secrets are told only as given or not. */
import { OPTIONS, type Option, type OptionKey } from "./options.ts";

export interface OptionInUse {
  readonly name: string;
  /** As text; absent where nothing is set, and of secrets. */
  readonly value?: string;
  readonly origin: "environment" | "default" | "unset";
  readonly isSecret?: true;
}

/** What would let its reader in somewhere, or holds a password. */
const SECRETS: ReadonlySet<OptionKey> = new Set([
  "databaseUrl",
  "jwtSecret",
  "jwtSecretNext",
  "busUrl",
  "adminTokens",
  "adminActTokens",
]);

export function optionsInUse(environment: Readonly<Record<string, string | undefined>>): readonly OptionInUse[] {
  return (Object.keys(OPTIONS) as OptionKey[]).map((key) => {
    const option: Option = OPTIONS[key];
    const set = [option.name, option.otherName].find((name) => name !== undefined && environment[name]);
    const value = (set === undefined ? undefined : environment[set]) ?? option.default;
    const origin = set !== undefined ? "environment" : option.default === undefined ? "unset" : "default";
    const isSecret = SECRETS.has(key);
    return {
      name: set ?? option.name,
      ...(value !== undefined && !isSecret && { value }),
      origin,
      ...(isSecret && { isSecret }),
    };
  });
}
