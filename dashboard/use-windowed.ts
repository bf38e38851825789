/** Of very many rows of one height, those in sight: what is not seen is not in the document. */
import { type RefObject, useEffect, useState } from "react";

/** Rows above and below what is seen. */
const MORE = 8;

interface Windowed {
  /** The first row that is there. */
  readonly first: number;
  /** The first after it that is not. */
  readonly end: number;
  readonly onScroll: () => void;
}

/** @param rowPx the height of a row; 0: all rows are there */
export function useWindowed(scroller: RefObject<HTMLElement | null>, count: number, rowPx: number): Windowed {
  const [sight, setSight] = useState({ at: 0, rows: 20 });
  const look = () => {
    const element = scroller.current;
    if (!element || rowPx === 0) return;
    const [at, rows] = [Math.floor(element.scrollTop / rowPx), Math.ceil(element.clientHeight / rowPx)];
    setSight((before) => (before.at === at && before.rows === rows ? before : { at, rows }));
  };
  useEffect(() => {
    const element = scroller.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(look);
    observer.observe(element);
    return () => observer.disconnect();
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- it looks anew with other rows only
  }, [scroller, rowPx]);
  if (rowPx === 0) return { first: 0, end: count, onScroll: look };
  const end = Math.min(count, sight.at + sight.rows + MORE);
  return { first: Math.max(0, Math.min(sight.at, count - sight.rows) - MORE), end, onScroll: look };
}

/** So many times the size of the page's text, in pixels. */
export function remPx(rem: number): number {
  return rem * Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
}
