import { useEffect, useState } from "react";
import { Metric } from "../../../dashboard/cards/figures.tsx";
import { useLanguage } from "../../../dashboard/language/language.tsx";
import { type MetricState, useMetric } from "../../../react/use-metric.ts";
import { useSeen } from "../hangars/use-seen.ts";
import type { MetricsDocument } from "../metrics-document.ts";
import type { OwnerItem } from "./use-owners.ts";

/** Who is only scrolled by is not asked for. */
const SETTLED_MS = 250;

interface Props {
  readonly owner: OwnerItem;
  readonly rowIndex: number;
  /** Undefined where the token does not open the owner: nothing of its numbers is there. */
  readonly onOpen: (() => void) | undefined;
}

/** What of an owner's numbers the list shows. */
interface Numbers {
  readonly revenue: string | undefined;
  readonly bookings: number | undefined;
  readonly occupied: number | undefined;
}

const numbersOf = ({ revenue, bookings, occupancy }: MetricsDocument): Numbers => ({
  revenue: revenue?.today,
  bookings: bookings?.today,
  occupied: occupancy?.percentage,
});

/** An owner with its numbers, which are followed while the line is there. */
export function OwnerLine({ owner: { key, row }, rowIndex, onOpen }: Props) {
  const { format } = useLanguage();
  const isSettled = useSettled();
  const state = useSeen(useMetric(isSettled && onOpen ? key : "skip", numbersOf));
  const { revenue, bookings, occupied } = valueOf(state) ?? {};
  const path = `owners.${key}`;
  return (
    <tr aria-rowindex={rowIndex} data-owner={key}>
      <th scope="row">
        {onOpen ? (
          <button type="button" onClick={onOpen}>
            {row.name}
          </button>
        ) : (
          <b>{row.name}</b>
        )}
        <small>{row.timeZone.replaceAll("_", " ")}</small>
      </th>
      <td>
        <Metric path={`${path}.revenue`} value={revenue} write={(value: string) => format.money(value, row.currency)} />
      </td>
      <td>
        <Metric path={`${path}.bookings`} value={bookings} write={format.count} />
      </td>
      <td>
        <Metric path={`${path}.occupied`} value={occupied} write={format.percentage} />
      </td>
    </tr>
  );
}

function valueOf(state: MetricState<Numbers>): Numbers | undefined {
  switch (state.status) {
    case "ready":
    case "stale":
      return state.value;
    case "error":
      return state.last;
    default:
      return undefined;
  }
}

function useSettled(): boolean {
  const [isSettled, setSettled] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(true), SETTLED_MS);
    return () => clearTimeout(timer);
  }, []);
  return isSettled;
}
