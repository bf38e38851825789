import { useLanguage } from "../language/language.tsx";
import { useSecondsUntil } from "./use-seconds-until.ts";

/** Hidden from screen readers, which would read every second. */
export function Countdown({ until }: { readonly until: number }) {
  const { messages } = useLanguage();
  const seconds = useSecondsUntil(until);
  return <span aria-hidden="true">{messages.retryIn(seconds)}</span>;
}
