/** A line for each contender over the rate of writes, both axes by powers of ten, as SVG. */

export interface Line {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface PlotText {
  readonly title: string;
  readonly x: string;
  readonly y: string;
}

const [WIDTH, HEIGHT] = [720, 420];
const AREA = { left: 88, right: 548, top: 44, bottom: 364 } as const;
/** Told apart by those too who see no difference of red and green (Okabe and Ito, 2008). */
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"];

export function plotOf(lines: readonly Line[], { title, x, y }: PlotText): string {
  const all = lines.flatMap(({ points }) => points);
  const [toX, xTicks] = axis(
    all.map(([value]) => value),
    AREA.left,
    AREA.right,
  );
  const [toY, yTicks] = axis(
    all.map(([, value]) => value),
    AREA.bottom,
    AREA.top,
  );
  const grid = [
    ...xTicks.map((value) => rule(toX(value), AREA.top, toX(value), AREA.bottom)),
    ...yTicks.map((value) => rule(AREA.left, toY(value), AREA.right, toY(value))),
  ];
  const words = [
    text((AREA.left + AREA.right) / 2, 24, title, "middle", 15),
    text((AREA.left + AREA.right) / 2, HEIGHT - 14, x, "middle"),
    `<g transform="rotate(-90 16 ${(AREA.top + AREA.bottom) / 2})">${text(16, (AREA.top + AREA.bottom) / 2, y, "middle")}</g>`,
    ...xTicks.map((value) => text(toX(value), AREA.bottom + 20, value.toLocaleString("en"), "middle")),
    ...yTicks.map((value) => text(AREA.left - 8, toY(value) + 4, value.toLocaleString("en"), "end")),
  ];
  // Names stand beside the ends of their lines, none on another.
  const placed: number[] = [];
  const drawn = lines
    .map(({ name, points }, at) => ({ name, points, colour: COLOURS[at % COLOURS.length] ?? "#000000" }))
    .filter(({ points }) => points.length > 0)
    .toSorted((a, b) => toY(a.points.at(-1)?.[1] ?? 1) - toY(b.points.at(-1)?.[1] ?? 1))
    .flatMap(({ name, points, colour }) => {
      const path = points.map(([px, py]) => `${toX(px).toFixed(1)},${toY(py).toFixed(1)}`);
      const nameY = Math.max(toY(points.at(-1)?.[1] ?? 1) + 4, (placed.at(-1) ?? 0) + 16);
      placed.push(nameY);
      const dots = path.map((point) => {
        const [cx, cy] = point.split(",");
        return `<circle cx="${cx}" cy="${cy}" r="3.5" fill="${colour}"/>`;
      });
      const line = `<polyline points="${path.join(" ")}" fill="none" stroke="${colour}" stroke-width="2"/>`;
      return [line, ...dots, `<g fill="${colour}">${text(AREA.right + 12, nameY, name, "start")}</g>`];
    });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" role="img" aria-label="${escaped(title)}">
<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>
${[...grid, ...words, ...drawn].join("\n")}
</svg>
`;
}

/** From values to places, and the powers of ten that are written at it. */
function axis(values: readonly number[], from: number, to: number): [(value: number) => number, number[]] {
  const positive = values.filter((value) => value > 0);
  const low = Math.floor(Math.log10(Math.min(...positive)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...positive))));
  const place = (value: number): number =>
    from + ((Math.log10(Math.max(value, 10 ** low)) - low) / (high - low)) * (to - from);
  return [place, Array.from({ length: high - low + 1 }, (_, at) => 10 ** (low + at))];
}

function rule(x1: number, y1: number, x2: number, y2: number): string {
  return `<line x1="${x1.toFixed(1)}" y1="${y1.toFixed(1)}" x2="${x2.toFixed(1)}" y2="${y2.toFixed(1)}" stroke="#dddddd"/>`;
}

function text(x: number, y: number, words: string, anchor: "start" | "middle" | "end", size = 12): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" font-size="${size}">${escaped(words)}</text>`;
}

function escaped(words: string): string {
  return words.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
