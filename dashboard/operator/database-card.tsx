import type { State } from "./answers.ts";
import { ScrolledTable, TableHead } from "./scrolled-table.tsx";
import { useWords } from "./words.ts";

/** What the database says of its readers: their leases, and who holds changes back. */
export function DatabaseCard({ state }: { readonly state: State | undefined }) {
  const words = useWords();
  const database = state?.database;
  const leases = database && "leases" in database ? database.leases : [];
  const oldest = database && "oldest" in database ? database.oldest : undefined;
  const daemonOf = new Map(state?.daemons.map(({ daemon, reader }) => [reader?.epoch, daemon]));
  return (
    <section className="card" aria-labelledby="database">
      <h2 id="database">{words.leases.title}</h2>
      {database?.reason !== undefined && <p className="problem">{words.leases.away(database.reason)}</p>}
      <ScrolledTable label={words.leases.title}>
        <TableHead names={words.leases.head} />
        <tbody>
          {leases.map(({ epoch, pid, application, heldSeconds, renewedSeconds, blockedBy }) => (
            <tr key={epoch}>
              <th scope="row">
                <code title={epoch}>{epoch.slice(0, 8)}</code>
              </th>
              <td>{daemonOf.get(epoch)?.slice(0, 8) ?? words.leases.unknown}</td>
              <td>{pid}</td>
              <td>{application}</td>
              <td>{words.lasting(heldSeconds)}</td>
              <td>{words.lasting(renewedSeconds)}</td>
              <td>{blockedBy.join(", ") || "–"}</td>
            </tr>
          ))}
        </tbody>
      </ScrolledTable>
      <h3>{words.oldest.title}</h3>
      <p data-oldest={oldest !== undefined}>{oldest ? words.oldest.told(oldest) : words.oldest.none}</p>
    </section>
  );
}
