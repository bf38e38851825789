/** One tab stop among many cells: keys lead from cell to cell, also to those that are not in the document yet. */
import { type KeyboardEvent, type RefObject, useEffect, useRef, useState } from "react";
import { type Cell, cellAfter } from "../calendar/grid-keys.ts";

interface Roving {
  /** The tab stop. */
  readonly active: Cell;
  /** Makes it the tab stop, and gives it the focus. */
  readonly go: (cell: Cell) => void;
  readonly onKeyDown: (event: KeyboardEvent) => void;
}

/**
 * @param scroller in which cells have `data-cell`, as {@link cellName} writes it
 * @param rowPx the height of a row
 */
export function useRoving(
  scroller: RefObject<HTMLElement | null>,
  rowPx: number,
  size: { readonly rows: number; readonly columns: number },
  initial: Cell,
): Roving {
  const [active, setActive] = useState(initial);
  // Not whether one is: of a rendering before, whose effects may come after the key, it is another cell.
  const wanted = useRef<Cell>(undefined);
  useEffect(() => {
    const element = scroller.current;
    if (wanted.current !== active || !element) return;
    const cell = element.querySelector<HTMLElement>(`[data-cell="${cellName(active)}"]`);
    if (!cell) {
      // It is there once this was scrolled to.
      element.scrollTo({ top: Math.max(0, active.row - 2) * rowPx });
      return;
    }
    wanted.current = undefined;
    cell.focus({ preventScroll: true });
    cell.scrollIntoView({ block: "nearest", inline: "nearest" });
  });
  const go = (cell: Cell) => {
    wanted.current = { ...cell };
    setActive(wanted.current);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // Rows come and go above the one that has the focus: where it is, it says itself.
    const at = cellOf(event.target);
    const to = at && cellAfter(event.key, event.ctrlKey || event.metaKey, at, size);
    if (!to) return;
    event.preventDefault();
    go(to);
  };
  return { active, go, onKeyDown };
}

export function cellName({ row, column }: Cell): string {
  return `${row} ${column}`;
}

/** The cell in which something is; undefined outside of all. */
export function cellOf(target: EventTarget): Cell | undefined {
  const name = target instanceof Element ? target.closest<HTMLElement>("[data-cell]")?.dataset["cell"] : undefined;
  if (name === undefined) return undefined;
  const [row = 0, column = 0] = name.split(" ").map(Number);
  return { row, column };
}
