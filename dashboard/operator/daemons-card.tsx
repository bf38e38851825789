import { useLanguage } from "../language/language.tsx";
import { useAct } from "./actions.tsx";
import type { State } from "./answers.ts";
import { ratesOf } from "./rates.ts";
import { ScrolledTable, TableHead } from "./scrolled-table.tsx";
import type { Polled } from "./use-polled.ts";
import { useWords } from "./words.ts";

/** Each daemon: how it reads, and what each stage takes. */
export function DaemonsCard({ state }: { readonly state: Polled<State> }) {
  const words = useWords();
  const { format } = useLanguage();
  const act = useAct();
  const { head } = words.daemon;
  return (
    <section className="card" aria-labelledby="daemons">
      <h2 id="daemons">{words.daemons}</h2>
      <ScrolledTable label={words.daemons}>
        <TableHead names={head} />
        <tbody>
          {state.answer?.daemons.map((one) => {
            const rates = ratesOf(state, one.daemon);
            const { reader, lastBatch, loads, sending, audits } = one;
            return (
              <tr key={one.daemon}>
                <th scope="row">
                  <code title={one.daemon}>{one.daemon.slice(0, 8)}</code>
                </th>
                <td>
                  {one.isDraining ? words.daemon.draining : one.isReady ? words.daemon.ready : words.daemon.notReady}
                </td>
                <td>
                  {reader ? words.daemon.modes[reader.mode] : words.daemon.away}
                  {reader?.isLeader ? `, ${words.daemon.leader}` : ""}
                </td>
                <td>
                  <code title={reader?.epoch}>{reader?.epoch.slice(0, 8) ?? "–"}</code>
                </td>
                <td>{rates ? words.perSecond(format.short(rates.bells)) : "…"}</td>
                <td>{lastBatch ? format.count(lastBatch.changes) : "–"}</td>
                <td>{lastBatch ? `${lastBatch.readMs.toFixed(1)} ms` : "–"}</td>
                <td>{lastBatch ? `${lastBatch.applyMs.toFixed(1)} ms` : "–"}</td>
                <td>{`${loads.waiting} / ${loads.loading}`}</td>
                <td>{`${sending.blocked} (${format.short(sending.bufferedBytes)}B)`}</td>
                <td>{`${audits.drifts} / ${audits.ended}`}</td>
                <td>
                  <button
                    type="button"
                    aria-label={`${words.actions.drain.verb} ${one.daemon.slice(0, 8)}`}
                    onClick={() => act({ kind: "drain", name: one.daemon })}
                  >
                    {words.actions.drain.verb}…
                  </button>
                </td>
              </tr>
            );
          })}
        </tbody>
      </ScrolledTable>
    </section>
  );
}
