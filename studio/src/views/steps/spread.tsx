import { Caption } from "../../caption.tsx";
import { type Drawing, type Inks, inRows } from "../../pictures/drawing.ts";
import { histogram, moments } from "../../pictures/histogram.ts";
import { inksOfPage } from "../../pictures/inks.ts";
import { largestOf } from "../../pictures/signed-heat.ts";
import { text } from "../../text.ts";
import { shown } from "./numbers.ts";

const words = text.steps;
const [BINS, WIDTH, HEIGHT] = [24, 220, 56];

/** The numbers of one vector before and after a norm, on one scale. */
export function Spread({ before, after }: { readonly before: Float32Array; readonly after: Float32Array }) {
  const end = Math.max(largestOf(before), largestOf(after), 1e-6);
  const parts = [
    { name: words.beforeNorm, numbers: before },
    { name: words.afterNorm, numbers: after },
  ];
  return (
    <>
      <div class="spread">
        {parts.map((part) => (
          <Bars key={part.name} {...part} end={end} />
        ))}
      </div>
      <Caption
        about={words.spreadAbout}
        picture={() => {
          const { ink, weight, line } = inksOfPage();
          const drawn = parts.map(({ name, numbers }) => ({
            name,
            drawing: spreadDrawing(numbers, end, { weight, line }),
          }));
          return inRows(drawn, 3 * WIDTH, ink);
        }}
        name="spread"
        rows={() => [
          [words.axes.component, words.beforeNorm, words.afterNorm],
          ...Array.from(before, (value, i) => [i + 1, value, after[i] ?? 0]),
        ]}
      />
    </>
  );
}

/** The same histogram as a drawing. */
const spreadDrawing = (
  numbers: Float32Array,
  end: number,
  { weight, line }: Pick<Inks, "weight" | "line">,
): Drawing => ({
  width: WIDTH,
  height: HEIGHT + 1,
  draw: (pen) => {
    const counts = histogram(numbers, -end, end, BINS);
    const most = Math.max(...counts);
    pen.fillStyle = weight;
    for (const [i, count] of counts.entries()) {
      const height = (HEIGHT * count) / most;
      pen.fillRect((i * WIDTH) / BINS + 1, HEIGHT - height, WIDTH / BINS - 2, height);
    }
    pen.fillStyle = line;
    pen.fillRect(0, HEIGHT, WIDTH, 1);
    pen.fillRect(WIDTH / 2, 0, 1, HEIGHT);
  },
});

interface BarsProps {
  readonly name: string;
  readonly numbers: Float32Array;
  readonly end: number;
}

function Bars({ name, numbers, end }: BarsProps) {
  const counts = histogram(numbers, -end, end, BINS);
  const [most, { mean, variance }] = [Math.max(...counts), moments(numbers)];
  const label = words.moments(shown(mean), shown(variance));
  return (
    <figure>
      <svg
        width={WIDTH}
        height={HEIGHT + 1}
        viewBox={`0 0 ${WIDTH} ${HEIGHT + 1}`}
        role="img"
        aria-label={`${name}: ${label}`}
      >
        {counts.map((count, i) => {
          const height = (HEIGHT * count) / most;
          return (
            <rect
              key={i}
              x={(i * WIDTH) / BINS + 1}
              y={HEIGHT - height}
              width={WIDTH / BINS - 2}
              height={height}
              rx={1}
            />
          );
        })}
        <line x1={0} x2={WIDTH} y1={HEIGHT + 0.5} y2={HEIGHT + 0.5} />
        <line class="zero" x1={WIDTH / 2} x2={WIDTH / 2} y1={0} y2={HEIGHT} />
      </svg>
      <figcaption class="note number">{`${name}: ${label}`}</figcaption>
    </figure>
  );
}
