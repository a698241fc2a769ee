import { centred, onLine, ribbons } from "../../pictures/ribbons.ts";
import { textWidth } from "../../pictures/text-width.ts";
import { shownToken } from "../../pictures/tokens.ts";
import { text } from "../../text.ts";

const [PADDING, GAP, HEIGHT, LINE] = [10, 6, 150, 34];

interface BipartiteProps {
  readonly columns: readonly string[];
  readonly rows: readonly string[];
  /** [rows][columns] */
  readonly weights: readonly (readonly number[])[];
  /** Known links, as "row-column". */
  readonly gold: ReadonlySet<string>;
  /** The written token that is looked at; -1 for none. */
  readonly place: number;
  readonly onPlace: (place: number) => void;
}

/** Both sentences, the read one above the written one, with a ribbon for every weight. */
export function Bipartite({ columns, rows, weights, gold, place, onPlace }: BipartiteProps) {
  const [read, written] = [columns.map(shownToken), rows.map(shownToken)];
  const lay = (tokens: typeof read) =>
    onLine(
      tokens.map((token) => textWidth(token.text) + 2 * PADDING),
      GAP,
    );
  const [above, below] = [lay(read), lay(written)];
  const width = Math.max(above.width, below.width, 200);
  const [top, bottom] = [
    centred(above.tokens, above.width, width),
    centred(below.tokens, below.width, width),
  ];
  const all = ribbons(weights, { above: top, below: bottom, height: HEIGHT });
  const shown = (row: number): boolean => place < 0 || place === row;
  return (
    <div class="scroll">
      <svg
        class="bipartite"
        width={width + 2}
        height={HEIGHT + 2 * LINE}
        viewBox={`-1 0 ${width + 2} ${HEIGHT + 2 * LINE}`}
        role="img"
        aria-label={`${text.axes.columns}: ${columns.join(" ")}. ${text.axes.rows}: ${rows.join(" ")}`}
      >
        <g transform={`translate(0 ${LINE})`}>
          {all.map(({ row, column, weight, path, thickness }) => (
            <path
              key={`${row}-${column}`}
              class={`ribbon${gold.has(`${row}-${column}`) ? " gold" : ""}`}
              d={path}
              stroke-width={thickness}
              opacity={shown(row) ? 0.15 + 0.75 * weight : 0.04}
            >
              <title>{`${written[row]?.text} ← ${read[column]?.text}: ${weight.toFixed(3)}`}</title>
            </path>
          ))}
        </g>
        {read.map((token, column) => {
          const weight = place < 0 ? 0 : (weights[place]?.[column] ?? 0);
          return (
            <Token
              key={column}
              x={top[column]?.x ?? 0}
              y={LINE / 2}
              width={top[column]?.width ?? 0}
              token={token}
              fill={weight}
            />
          );
        })}
        {written.map((token, row) => (
          <g
            key={row}
            class="word"
            tabIndex={0}
            role="button"
            aria-pressed={place === row}
            onMouseEnter={() => onPlace(row)}
            onFocus={() => onPlace(row)}
            onMouseLeave={() => onPlace(-1)}
            onBlur={() => onPlace(-1)}
          >
            <Token
              x={bottom[row]?.x ?? 0}
              y={HEIGHT + LINE * 1.5}
              width={bottom[row]?.width ?? 0}
              token={token}
              fill={place === row ? 0.25 : 0}
            />
          </g>
        ))}
      </svg>
    </div>
  );
}

interface TokenProps {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly token: ReturnType<typeof shownToken>;
  /** How strongly it is marked, 0 to 1. */
  readonly fill: number;
}

function Token({ x, y, width, token, fill }: TokenProps) {
  return (
    <g class={token.isSpecial ? "token special" : "token"}>
      <rect class="back" x={x - width / 2} y={y - 14} width={width} height={28} rx={7} />
      <rect class="mark" x={x - width / 2} y={y - 14} width={width} height={28} rx={7} opacity={fill} />
      <text x={x} y={y} text-anchor="middle" dominant-baseline="central">
        {token.text}
      </text>
    </g>
  );
}
