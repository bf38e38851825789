/** The function, which gives its last result again for the same argument: compared by identity, or as a text. */
export function rememberLast<Argument, Result extends object | string>(
  make: (argument: Argument) => Result,
): (argument: Argument) => Result {
  let last: { readonly argument: Argument; readonly result: Result } | undefined;
  return (argument) => {
    if (last?.argument !== argument) last = { argument, result: make(argument) };
    return last.result;
  };
}
