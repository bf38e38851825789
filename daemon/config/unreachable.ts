/** Ends a switch over a union: a case that nobody specified does not compile. */
export function unreachable(value: never): never {
  throw new Error(`a case that nobody specified: ${JSON.stringify(value)}`);
}
