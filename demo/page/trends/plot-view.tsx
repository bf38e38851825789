import { useEffect, useRef, useState } from "react";
import type { createPlot as CreatePlot, Plot, PlotTexts } from "./plot.ts";
import type { Point } from "./points.ts";
import { useTrendWords } from "./words.ts";

interface Props {
  readonly points: readonly Point[];
  /** Where the cursor is. */
  readonly at: number | undefined;
  readonly onPoint: (at: number | undefined) => void;
  readonly texts: PlotTexts;
}

/** What makes colours others: the theme, and paper. */
const STYLES = ["(prefers-color-scheme: dark)", "print"];

/** As large as the element around it. What draws it is loaded behind the numbers, which do not wait for it. */
export function PlotView({ points, at, onPoint, texts }: Props) {
  const target = useRef<HTMLDivElement>(null);
  const [plot, setPlot] = useState<Plot>();
  const [failed, setFailed] = useState(false);
  const words = useTrendWords();

  useEffect(() => {
    const element = target.current;
    if (!element) return undefined;
    const undo: (() => void)[] = [];
    let isGone = false;
    const begin = ({ createPlot }: { readonly createPlot: typeof CreatePlot }) => {
      if (isGone) return;
      const made = createPlot(element, onPoint);
      const sizes = new ResizeObserver(() => made.resize(element.clientWidth, element.clientHeight));
      sizes.observe(element);
      const queries = STYLES.map((query) => matchMedia(query));
      for (const query of queries) query.addEventListener("change", made.redraw);
      undo.push(made.remove, () => sizes.disconnect());
      undo.push(...queries.map((query) => () => query.removeEventListener("change", made.redraw)));
      setPlot(made);
    };
    import("./plot.ts").then(begin, () => setFailed(true));
    return () => {
      isGone = true;
      for (const each of undo.toReversed()) each();
      setPlot(undefined);
    };
  }, [onPoint]);

  useEffect(() => plot?.show(points, texts), [plot, points, texts]);
  useEffect(() => plot?.point(at), [plot, at]);

  return (
    <div className="canvas" ref={target}>
      {failed && <p>{words.noChart}</p>}
    </div>
  );
}
