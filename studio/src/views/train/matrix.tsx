import { useEffect, useRef } from "preact/hooks";
import type { Block } from "../../pictures/found-links.ts";
import { heat, pageColour } from "../../pictures/heat.ts";
import { textWidth } from "../../pictures/text-width.ts";
import { shownToken } from "../../pictures/tokens.ts";
import { text } from "../../text.ts";
import { useWidth } from "./width.ts";

/** The side of a cell in px: as large as there is room for. */
const [SMALLEST, LARGEST] = [17, 32];
const FONT = '14px system-ui, "Segoe UI", "Noto Sans", sans-serif';
const SLOPE = Math.PI / 4;

interface MatrixProps {
  readonly label: string;
  /** What a row is: "is written", "reads". */
  readonly rowsAre: string;
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** [rows][columns] */
  readonly weights: ArrayLike<number>;
  readonly gold: readonly Block[];
}

/** A matrix of weights between tokens: the written ones down, the read ones across; known links are framed. */
export function Matrix({ label, rowsAre, rows, columns, weights, gold }: MatrixProps) {
  const [down, across] = [rows.map(shownToken), columns.map(shownToken)];
  const widest = (tokens: typeof down): number =>
    Math.ceil(tokens.reduce((most, token) => Math.max(most, textWidth(token.text, FONT)), 0));
  const left = widest(down) + 14 + 18;
  const lean = Math.ceil(widest(across) * Math.sin(SLOPE)) + 14;
  const top = lean + 18;
  const { box, width: room } = useWidth<HTMLElement>();
  const fitting = Math.floor((room.value - left - lean) / Math.max(1, columns.length));
  const cell = Math.min(LARGEST, Math.max(SMALLEST, fitting));
  const [width, height] = [columns.length * cell, rows.length * cell];
  return (
    <section
      class="scroll"
      ref={box}
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached with the keyboard
      tabIndex={0}
    >
      <div class="matrix" style={{ width: `${left + width + lean}px`, height: `${top + height + 2}px` }}>
        <div
          class="cells"
          style={{ left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` }}
        >
          <HeadHeat weights={weights} rows={rows.length} columns={columns.length} />
        </div>
        <svg
          width={left + width + lean}
          height={top + height + 2}
          role="img"
          aria-label={described(rows, columns, weights)}
        >
          <text class="axis" x={left} y={12}>
            {`${text.axes.columns} →`}
          </text>
          <text class="axis" transform={`translate(12 ${top + height}) rotate(-90)`}>
            {`← ${rowsAre}`}
          </text>
          {across.map((token, column) => (
            <text
              key={column}
              class={token.isSpecial ? "label special" : "label"}
              transform={`translate(${left + (column + 0.5) * cell} ${top - 8}) rotate(-45)`}
            >
              {token.text}
            </text>
          ))}
          {down.map((token, row) => (
            <text
              key={row}
              class={token.isSpecial ? "label special" : "label"}
              x={left - 8}
              y={top + (row + 0.5) * cell}
              text-anchor="end"
              dominant-baseline="central"
            >
              {token.text}
            </text>
          ))}
          {gold.map((link) => (
            <rect
              key={`${link.row}-${link.column}`}
              class="gold"
              x={left + link.column * cell + 2}
              y={top + link.row * cell + 2}
              width={link.columns * cell - 4}
              height={link.rows * cell - 4}
              rx={5}
            />
          ))}
        </svg>
      </div>
    </section>
  );
}

/** For each written token, what it read most. */
function described(rows: readonly string[], columns: readonly string[], weights: ArrayLike<number>): string {
  return rows
    .map((row, i) => {
      const own = columns.map((_, j) => weights[i * columns.length + j] ?? 0);
      const most = own.indexOf(Math.max(...own));
      return `${shownToken(row).text} ← ${shownToken(columns[most] ?? "").text} ${own[most]?.toFixed(2)}`;
    })
    .join("; ");
}

interface HeadHeatProps {
  readonly weights: ArrayLike<number>;
  readonly rows: number;
  readonly columns: number;
}

/** Weights as pixels, as large as their place; the words beside it say what it shows. */
export function HeadHeat({ weights, rows, columns }: HeadHeatProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    context?.putImageData(heat(weights, rows, columns, pageColour("--weight")), 0, 0);
  }, [weights, rows, columns]);
  return <canvas ref={canvas} width={columns} height={rows} />;
}
