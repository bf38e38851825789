import { useLanguage } from "../language/language.tsx";
import type { State, Statistics } from "./answers.ts";
import { ratesOf } from "./rates.ts";
import type { Polled } from "./use-polled.ts";
import { useWords } from "./words.ts";

interface Props {
  readonly statistics: Statistics | undefined;
  readonly state: Polled<State>;
}

/** How much there is, and how much goes on. */
export function TotalsCard({ statistics, state }: Props) {
  const words = useWords();
  const { format } = useLanguage();
  const all = statistics?.all;
  const rates = ratesOf(state);
  const subjects =
    all && (all.subjects.least === all.subjects.most ? [all.subjects.most] : Object.values(all.subjects));
  const figures: readonly (readonly [name: string, value: string | undefined])[] = [
    [words.daemons, all && format.count(all.daemons)],
    [words.connections, all && format.count(all.connections)],
    [words.subjects, subjects?.map(format.count).join(" – ")],
    [words.perSubject, all && String(all.averagePerSubject)],
    [words.subscriptions, all && format.count(all.subscriptions)],
    [words.rates.changes, rates && words.perSecond(format.short(rates.changes))],
    [words.rates.frames, rates && words.perSecond(format.short(rates.frames))],
    [words.rates.bytes, rates && words.perSecond(`${format.short(rates.bytes)}B`)],
  ];
  return (
    <section className="card" aria-labelledby="totals">
      <h2 id="totals">{words.totals}</h2>
      <dl className="totals">
        {figures.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value ?? "…"}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
