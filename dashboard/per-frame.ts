import { useEffect, useState } from "react";

/** The value, renewed at most once per frame that the browser paints: never while the page is hidden. */
export function usePerFrame<Value>(value: Value): Value {
  const [shown, setShown] = useState(value);
  useEffect(() => {
    if (Object.is(value, shown)) return undefined;
    const frame = requestAnimationFrame(() => setShown(() => value));
    return () => cancelAnimationFrame(frame);
  }, [value, shown]);
  return shown;
}
