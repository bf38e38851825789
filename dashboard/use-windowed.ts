/** Of very many rows of one height, those in sight: what is not seen is not in the document. */
import { type RefObject, useEffect, useState } from "react";

/** Rows above and below what is seen. */
const MORE = 8;

interface Windowed {
  /** The row at the top of what is seen, as of the last scrolling: to ask the element would have it laid out. */
  readonly at: number;
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
  if (rowPx === 0) return { at: 0, first: 0, end: count, onScroll: look };
  const end = Math.min(count, sight.at + sight.rows + MORE);
  const first = Math.max(0, Math.min(sight.at, count - sight.rows) - MORE);
  return { at: sight.at, first, end, onScroll: look };
}

/** So many times the size of the page's text, in pixels, as it was when the page was last come back to: each look costs the page's styles. */
export function useRemPx(rem: number): number {
  const [px, setPx] = useState(() => remPx(rem));
  useEffect(() => {
    const look = () => setPx(remPx(rem));
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, [rem]);
  return px;
}

function remPx(rem: number): number {
  return rem * Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
}
