import { InvalidArgumentError } from "commander";

/** For commander: a whole number from 1 on, both bounds included. Throws InvalidArgumentError for anything else. */
export function wholeNumberArgument(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = /^[1-9]\d{0,8}$/.test(text) ? Number(text) : Number.NaN;
    if (!(number >= least && number <= most))
      throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
    return number;
  };
}
