import type { ReactNode, Ref } from "react";

interface Props {
  readonly label: string;
  /** Of all rows, where not all are in the document, with that of the head. */
  readonly rowCount?: number;
  readonly scroller?: Ref<HTMLDivElement>;
  readonly onScroll?: () => void;
  readonly children: ReactNode;
}

/** The names of the columns. */
export function TableHead({ names }: { readonly names: readonly string[] }) {
  return (
    <thead>
      <tr>
        {names.map((name) => (
          <th key={name} scope="col">
            {name}
          </th>
        ))}
      </tr>
    </thead>
  );
}

/** A table that scrolls in itself, also by keys. */
export function ScrolledTable({ label, rowCount, scroller, onScroll, children }: Props) {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by keys
    <div className="scroller" role="group" ref={scroller} onScroll={onScroll} tabIndex={0} aria-label={label}>
      <table aria-rowcount={rowCount}>{children}</table>
    </div>
  );
}
