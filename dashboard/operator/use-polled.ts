import { useCallback, useEffect, useState } from "react";
import { askListener, Refused } from "./listener.ts";

export interface Polled<Answer> {
  readonly answer: Answer | undefined;
  /** The answer before, and how many seconds lie between the two. */
  readonly before: { readonly answer: Answer; readonly seconds: number } | undefined;
  /** Why the last question was in vain. */
  readonly refused: Refused | undefined;
  /** Asks at once. */
  readonly again: () => void;
}

interface Seen<Answer> extends Pick<Polled<Answer>, "before" | "refused"> {
  readonly answer: Answer | undefined;
  readonly atMs: number;
}

const NOTHING = { answer: undefined, before: undefined, refused: undefined, atMs: 0 } as const;

/**
 * What the listener answers, asked again and again while the page is seen.
 * @param changes another number: it is asked at once
 */
export function usePolled<Answer>(token: string, path: string, everyMs: number, changes = 0): Polled<Answer> {
  const [seen, setSeen] = useState<Seen<Answer>>(NOTHING);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isOver = false;
    const look = async () => {
      const answer = await askListener<Answer>(token, path).catch((error: unknown) => error as Refused);
      if (isOver) return;
      const atMs = performance.now();
      setSeen((last) =>
        answer instanceof Refused
          ? { ...last, refused: answer }
          : {
              answer,
              before:
                last.answer === undefined ? undefined : { answer: last.answer, seconds: (atMs - last.atMs) / 1000 },
              refused: undefined,
              atMs,
            },
      );
      timer = setTimeout(next, everyMs);
    };
    const next = () => {
      if (document.hidden) timer = setTimeout(next, everyMs);
      else void look();
    };
    void look();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- each turn, and each change, asks anew
  }, [token, path, everyMs, turn, changes]);
  const again = useCallback(() => setTurn((count) => count + 1), []);
  return { answer: seen.answer, before: seen.before, refused: seen.refused, again };
}
