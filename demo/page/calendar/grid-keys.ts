export interface Cell {
  readonly row: number;
  readonly column: number;
}

/** How many rows a page is. */
const PAGE = 10;

/**
 * The cell to which a key leads from another, within the grid; undefined for keys that lead nowhere. As in the ARIA practices' grids: Home and End
 * lead along the row, with Control to the grid's corners.
 */
export function cellAfter(
  key: string,
  isControl: boolean,
  at: Cell,
  size: { rows: number; columns: number },
): Cell | undefined {
  const to = target(key, isControl, at);
  if (!to) return undefined;
  const within = (value: number, length: number) => Math.min(Math.max(value, 0), Math.max(0, length - 1));
  return { row: within(to.row, size.rows), column: within(to.column, size.columns) };
}

function target(key: string, isControl: boolean, { row, column }: Cell): Cell | undefined {
  switch (key) {
    case "ArrowLeft":
      return { row, column: column - 1 };
    case "ArrowRight":
      return { row, column: column + 1 };
    case "ArrowUp":
      return { row: row - 1, column };
    case "ArrowDown":
      return { row: row + 1, column };
    case "PageUp":
      return { row: row - PAGE, column };
    case "PageDown":
      return { row: row + PAGE, column };
    case "Home":
      return { row: isControl ? 0 : row, column: 0 };
    case "End":
      return { row: isControl ? Number.POSITIVE_INFINITY : row, column: Number.POSITIVE_INFINITY };
    default:
      return undefined;
  }
}
