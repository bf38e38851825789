import { useMemo, useRef, useState } from "react";
import { useLanguage } from "../language/language.tsx";
import { useRemPx, useWindowed } from "../use-windowed.ts";
import type { Connections } from "./answers.ts";
import { askedOrder, COLUMNS, inOrder, type Order } from "./connection-order.ts";
import { ConnectionRow } from "./connection-row.tsx";
import { FramesDialog } from "./frames-dialog.tsx";
import { ScrolledTable } from "./scrolled-table.tsx";
import { usePolled } from "./use-polled.ts";
import { useWords } from "./words.ts";

const EVERY_MS = 3_000;
const MOST = 5_000;
/** As the stylesheet has it. */
const ROW_REM = 2.75;
const FILTERS = ["subject", "topic", "address", "id"] as const;
type Filter = (typeof FILTERS)[number];

interface Props {
  readonly token: string;
  /** Another number after something was done: it asks at once. */
  readonly changes: number;
}

/** The connections of all daemons; of thousands, those in sight are in the document. */
export function ConnectionsCard({ token, changes }: Props) {
  const words = useWords();
  const { format } = useLanguage();
  const [order, setOrder] = useState<Order>({ by: "since", isDescending: true });
  const [filter, setFilter] = useState<Filter>("subject");
  const [value, setValue] = useState("");
  const [framesOf, setFramesOf] = useState<string>();
  const query = new URLSearchParams({ order: askedOrder(order), limit: String(MOST) });
  if (value.trim() !== "") query.set(filter, value.trim());
  const path = `connections?${query.toString()}`;
  const { answer } = usePolled<Connections>(token, path, EVERY_MS, changes);
  const rows = useMemo(() => inOrder(answer?.connections ?? [], order), [answer, order]);
  const scroller = useRef<HTMLDivElement>(null);
  const rowPx = useRemPx(ROW_REM);
  const { first, end, onScroll } = useWindowed(scroller, rows.length, rowPx);
  const { head, by } = words.connection;
  return (
    <section className="card" aria-labelledby="connections">
      <header>
        <h2 id="connections">{words.connections}</h2>
        <span className="metric">
          {answer && words.connection.shown(format.count(rows.length), format.count(answer.found))}
        </span>
      </header>
      <p className="filter">
        <label htmlFor="filter-by">{words.connection.filter}</label>
        <select id="filter-by" value={filter} onChange={(event) => setFilter(event.target.value as Filter)}>
          {FILTERS.map((name) => (
            <option key={name} value={name}>
              {by[name]}
            </option>
          ))}
        </select>
        <input aria-label={words.connection.value} value={value} onChange={(event) => setValue(event.target.value)} />
      </p>
      <ScrolledTable label={words.connections} rowCount={rows.length + 1} scroller={scroller} onScroll={onScroll}>
        <thead>
          <tr aria-rowindex={1}>
            {COLUMNS.map((column) => (
              <th
                key={column}
                scope="col"
                aria-sort={order.by === column ? (order.isDescending ? "descending" : "ascending") : "none"}
              >
                <button
                  type="button"
                  onClick={() => setOrder({ by: column, isDescending: order.by !== column || !order.isDescending })}
                >
                  {head[column]}
                </button>
              </th>
            ))}
            <th scope="col">{words.act}</th>
          </tr>
        </thead>
        <tbody>
          <Spacer px={first * rowPx} />
          {rows.slice(first, end).map((connection, at) => (
            <ConnectionRow key={connection.id} rowIndex={first + at + 2} {...{ connection, onFrames: setFramesOf }} />
          ))}
          <Spacer px={(rows.length - end) * rowPx} />
        </tbody>
      </ScrolledTable>
      {answer && rows.length === 0 && <p>{words.connection.none}</p>}
      {framesOf !== undefined && <FramesDialog {...{ token, id: framesOf }} onClose={() => setFramesOf(undefined)} />}
    </section>
  );
}

/** As high as rows that are not in the document. */
function Spacer({ px }: { readonly px: number }) {
  if (px <= 0) return undefined;
  return (
    <tr aria-hidden="true" className="spacer" style={{ height: `${px}px` }}>
      <td colSpan={COLUMNS.length + 1} />
    </tr>
  );
}
