import { type ReactNode, useEffect, useState } from "react";

interface Props {
  /** Milliseconds since 1970. */
  readonly until: number;
  readonly write: (seconds: number) => string;
}

/** Seconds until an instant. Hidden from screen readers, which would read every one of them. */
export function Countdown({ until, write }: Props): ReactNode {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, []);
  return <span aria-hidden="true">{write(Math.max(0, Math.ceil((until - now) / 1_000)))}</span>;
}
