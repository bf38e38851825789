interface Props {
  /** How many rows of the table are out of sight here. */
  readonly rows: number;
  /** The height of each. */
  readonly rowPx: number;
  readonly columns: number;
}

/** In place of rows of a table that are out of sight: without them the scrollbar would tell of no more than those in sight. */
export function Spacer({ rows, rowPx, columns }: Props) {
  if (rows <= 0) return undefined;
  return (
    <tr aria-hidden="true" className="spacer" style={{ height: rows * rowPx }}>
      <td colSpan={columns} />
    </tr>
  );
}
