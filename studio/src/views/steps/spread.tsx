import { histogram, moments } from "../../pictures/histogram.ts";
import { largestOf } from "../../pictures/signed-heat.ts";
import { text } from "../../text.ts";
import { shown } from "./numbers.ts";

const words = text.steps;
const [BINS, WIDTH, HEIGHT] = [24, 220, 56];

/** The numbers of one vector before and after a norm, on one scale. */
export function Spread({ before, after }: { readonly before: Float32Array; readonly after: Float32Array }) {
  const end = Math.max(largestOf(before), largestOf(after), 1e-6);
  return (
    <div class="spread">
      <Bars name={words.beforeNorm} numbers={before} end={end} />
      <Bars name={words.afterNorm} numbers={after} end={end} />
    </div>
  );
}

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
