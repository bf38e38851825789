import { useLanguage } from "../language/language.tsx";
import { Metric } from "./metric.tsx";

interface Props {
  readonly path: string;
  readonly value: number | undefined;
  /** What is compared with what. */
  readonly label: string;
}

export function Growth({ path, value, label }: Props) {
  const { format } = useLanguage();
  const trend = value === undefined || value === 0 ? "flat" : value > 0 ? "up" : "down";
  return (
    <div className="growth" data-trend={trend}>
      <dt>{label}</dt>
      <dd>
        <Metric path={path} value={value} write={format.growth} />
      </dd>
    </div>
  );
}
