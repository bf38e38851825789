import { useLanguage } from "../language/language.tsx";
import { Metric } from "./figures.tsx";

interface Props {
  readonly path: string;
  readonly value: number | undefined;
  /** Above the ring, where the card's title does not say what it is. */
  readonly title?: string;
}

/** A percentage as a part of a circle, which is full at 100 and above. */
export function Ring({ path, value, title }: Props) {
  const { format } = useLanguage();
  return (
    <div className="percentage">
      {title !== undefined && <h3>{title}</h3>}
      <div className="ring">
        <svg viewBox="0 0 120 120" aria-hidden="true">
          <circle className="track" cx="60" cy="60" r="52" pathLength="100" />
          <circle
            className="filled"
            cx="60"
            cy="60"
            r="52"
            pathLength="100"
            strokeDasharray={`${Math.min(100, Math.max(0, value ?? 0))} 100`}
          />
        </svg>
        <Metric path={path} value={value} write={format.percentage} />
      </div>
    </div>
  );
}
