import { useLanguage } from "../language/language.tsx";
import { Card } from "./card.tsx";
import { Figure } from "./figure.tsx";
import { Metric } from "./metric.tsx";
import { otherLeaves } from "./other-leaves.ts";

/** Whatever the document holds beyond the cards, under the names of the configuration. */
export function OtherCard({ metrics }: { readonly metrics: object }) {
  const { format, messages } = useLanguage();
  const leaves = otherLeaves(metrics);
  if (leaves.length === 0) return undefined;
  const write = (value: string | number) => (typeof value === "number" ? format.count(value) : value);
  return (
    <Card title={messages.other} className="other">
      <dl className="figures">
        {leaves.map(({ path, value }) => (
          <Figure key={JSON.stringify(path)} label={path.join(" · ")}>
            <Metric path={path.join(".")} value={value} write={write} />
          </Figure>
        ))}
      </dl>
    </Card>
  );
}
