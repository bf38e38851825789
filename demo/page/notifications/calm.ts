import { useEffect, useRef, useState } from "react";

/** More would not let a reader of the screen do anything else. */
const CALM_MS = 10_000;

/** The text, renewed at most once in ten seconds: what is told in between is left out, but for the last. */
export function useCalm(text: string): string {
  const [said, setSaid] = useState(text);
  const saidAt = useRef(Number.NEGATIVE_INFINITY);
  useEffect(() => {
    if (text === said) return undefined;
    const timer = setTimeout(
      () => {
        saidAt.current = performance.now();
        setSaid(text);
      },
      Math.max(0, saidAt.current + CALM_MS - performance.now()),
    );
    return () => clearTimeout(timer);
  }, [text, said]);
  return said;
}
