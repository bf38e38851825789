/** The one file that knows uPlot: bars of what was earned, a line of what was booked, over periods side by side. */
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Point } from "./points.ts";

export interface PlotTexts {
  /** Under a period. */
  readonly tick: (point: Point) => string;
  /** Of what begins with a period. */
  readonly border: (begins: string) => string;
  readonly money: (value: number) => string;
  readonly count: (value: number) => string;
}

export interface Plot {
  /** Puts other points in the place of those that it shows. */
  readonly show: (points: readonly Point[], texts: PlotTexts) => void;
  /** Moves the cursor to that point, also of others that are shown later; away from all for undefined. */
  readonly point: (at: number | undefined) => void;
  readonly resize: (width: number, height: number) => void;
  /** Draws again what it shows: colours are those of the page's style then. */
  readonly redraw: () => void;
  readonly remove: () => void;
}

/** A label has room in so many pixels. */
const TICK_PX = 46;
const FONT = "12px system-ui, sans-serif";
const Y_AXIS_PX = 44;

/** @param onPoint called with the point under the pointer, or undefined where it leaves */
export function createPlot(target: HTMLElement, onPoint: (at: number | undefined) => void): Plot {
  let shown: readonly Point[] = [];
  let pointed: number | undefined;
  let texts: PlotTexts | undefined;
  const style = getComputedStyle(target);
  // A look at a style costs the page all of its styles: one for each colour, until they may be others.
  const colors = new Map<string, string>();
  const color = (name: string) => () => {
    const known = colors.get(name) ?? style.getPropertyValue(`--${name}`);
    colors.set(name, known);
    return known;
  };
  const ends = () => shown.reduce((end, { from, length }) => Math.max(end, from + length), 1);
  /** As many ticks as have room, the last of them where the last point is. */
  const ticked = (plot: uPlot): readonly Point[] => {
    const room = Math.max(1, Math.floor((plot.width - 2 * Y_AXIS_PX) / TICK_PX));
    const step = Math.ceil(shown.length / room);
    return shown.filter((_, at) => (shown.length - 1 - at) % step === 0);
  };
  const pointAt = (x: number) => shown.find((point) => middleOf(point) === x);
  const plain: uPlot.Axis = { stroke: color("muted"), font: FONT, ticks: { show: false } };
  const grid: uPlot.Axis.Grid = { stroke: color("line"), width: 1 };
  const plot = new uPlot(
    {
      width: Math.max(1, target.clientWidth),
      height: Math.max(1, target.clientHeight),
      legend: { show: false },
      padding: [10, 0, 0, 0],
      cursor: { y: false, drag: { x: false, y: false, setScale: false }, points: { size: 9 } },
      scales: {
        x: { time: false, range: () => [0, ends()] },
        money: { range: (_, least, most) => aroundZero(least, most) },
        count: { range: (_, least, most) => aroundZero(least, most) },
      },
      axes: [
        {
          ...plain,
          grid: { show: false },
          size: 28,
          splits: (self) => ticked(self).map(middleOf),
          values: (_, splits) => splits.map((x) => nameOf(pointAt(x), texts?.tick)),
        },
        {
          ...plain,
          grid,
          scale: "money",
          size: Y_AXIS_PX,
          values: (_, splits) => splits.map((at) => texts?.money(at) ?? ""),
        },
        {
          ...plain,
          grid: { show: false },
          scale: "count",
          side: 1,
          size: Y_AXIS_PX,
          incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 50_000, 100_000, 1_000_000],
          values: (_, splits) => splits.map((at) => texts?.count(at) ?? ""),
        },
      ],
      series: [
        {},
        {
          scale: "money",
          fill: color("accent"),
          stroke: color("accent"),
          width: 0,
          points: { show: false },
          ...bars(),
        },
        {
          scale: "count",
          stroke: color("fourth"),
          width: 2,
          points: { show: true, size: 5, fill: color("fourth"), stroke: color("fourth") },
        },
      ],
      hooks: {
        setCursor: [({ cursor: { idx } }) => onPoint(idx ?? undefined)],
        drawClear: [(self) => drawBorders(self, shown, color("line")(), color("muted")(), texts)],
      },
    },
    dataOf([]),
    target,
  );
  const placeCursor = () => {
    const point = pointed === undefined ? undefined : shown[pointed];
    if (point === undefined) plot.setCursor({ left: -10, top: -10 }, false);
    else plot.setCursor({ left: plot.valToPos(middleOf(point), "x"), top: 0 }, false);
  };
  return {
    show: (points, written) => {
      shown = points;
      texts = written;
      plot.setData(dataOf(points));
      placeCursor();
    },
    point: (at) => {
      pointed = at;
      placeCursor();
    },
    resize: (width, height) => plot.setSize({ width, height }),
    redraw: () => {
      colors.clear();
      plot.redraw(false, true);
    },
    remove: () => plot.destroy(),
  };
}

const middleOf = ({ from, length }: Point): number => from + length / 2;
const nameOf = (point: Point | undefined, write: PlotTexts["tick"] | undefined): string =>
  point === undefined || write === undefined ? "" : write(point);

function bars(): Pick<uPlot.Series, "paths"> {
  const paths = uPlot.paths.bars?.({ size: [0.7, 36], radius: 0.2 });
  return paths === undefined ? {} : { paths };
}

/** What is still to come is a gap. Digits beyond those of a number are not seen. */
function dataOf(points: readonly Point[]): uPlot.AlignedData {
  return [
    points.map(middleOf),
    points.map(({ revenue }) => (revenue === undefined ? null : Number(revenue))),
    points.map(({ bookings }) => bookings ?? null),
  ];
}

function aroundZero(least: number | null, most: number | null): [number, number] {
  const [low, high] = [Math.min(0, least ?? 0), Math.max(0, most ?? 0)];
  return low === high ? [0, 4] : [low * 1.08, high * 1.08];
}

/** Where a day, a month or a year begins. */
function drawBorders(
  plot: uPlot,
  points: readonly Point[],
  line: string,
  ink: string,
  texts: PlotTexts | undefined,
): void {
  const { ctx } = plot;
  const { top, height } = plot.bbox;
  const scale = devicePixelRatio;
  ctx.save();
  ctx.strokeStyle = line;
  ctx.fillStyle = ink;
  ctx.lineWidth = scale;
  ctx.font = FONT.replace("12px", `${11 * scale}px`);
  ctx.textBaseline = "top";
  for (const { from, begins } of points) {
    if (begins === undefined) continue;
    const x = Math.round(plot.valToPos(from, "x", true));
    ctx.beginPath();
    ctx.setLineDash([4 * scale, 4 * scale]);
    ctx.moveTo(x, top);
    ctx.lineTo(x, top + height);
    ctx.stroke();
    ctx.fillText(texts?.border(begins) ?? "", x + 5 * scale, top);
  }
  ctx.restore();
}
