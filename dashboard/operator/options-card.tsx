import type { Options } from "./answers.ts";
import { ScrolledTable, TableHead } from "./scrolled-table.tsx";
import { usePolled } from "./use-polled.ts";
import { useWords } from "./words.ts";

/** They do not change while the daemon runs. */
const EVERY_MS = 600_000;

/** The configuration of the daemon that is asked, and whence each value comes. */
export function OptionsCard({ token }: { readonly token: string }) {
  const words = useWords();
  const { answer } = usePolled<Options>(token, "options", EVERY_MS);
  return (
    <section className="card" aria-labelledby="options">
      <h2 id="options">{words.options.title}</h2>
      <ScrolledTable label={words.options.title}>
        <TableHead names={words.options.head} />
        <tbody>
          {answer?.options.map(({ name, value, origin, isSecret }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{isSecret ? words.options.secret : (value ?? "–")}</td>
              <td>{words.options.origins[origin] ?? origin}</td>
            </tr>
          ))}
        </tbody>
      </ScrolledTable>
    </section>
  );
}
