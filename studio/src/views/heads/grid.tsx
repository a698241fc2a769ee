import { useEffect, useRef } from "preact/hooks";
import type { ScoredHead } from "../../model/head-scores.ts";
import type { ShownHeads } from "../../model/heads.ts";
import { type Drawing, inRows, stacked } from "../../pictures/drawing.ts";
import { heat, pageColour } from "../../pictures/heat.ts";
import { inksOfPage } from "../../pictures/inks.ts";
import { weightCells } from "../../pictures/matrix-drawing.ts";
import { type Colour, shrunk, type Weights } from "../../pictures/pixels.ts";
import { text } from "../../text.ts";
import type { Head } from "./asked.ts";
import { kindOf } from "./feature-pairs.ts";
import { onceVisible } from "./visible.ts";

const words = text.heads;

export interface GridProps {
  /** Whose heads these are, where several models' are on the page. */
  readonly of?: string;
  readonly attentions: readonly ShownHeads[];
  readonly isEnlarged: (head: Head) => boolean;
  readonly isOverlaid: (head: Head) => boolean;
  readonly isOff: (head: Head) => boolean;
  readonly scoreOf: (head: Head) => ScoredHead | undefined;
  readonly onChoose: (head: Head, isSecond: boolean) => void;
}

/** All heads as small pictures: a section for each kind of attention, a row for each layer, a column for each head. */
export function Grid({ of, attentions, ...rest }: GridProps) {
  return (
    <>
      {groupsOf(attentions).map(({ name, layers }) => (
        <section class="group" key={name} aria-label={of === undefined ? name : `${of}: ${name}`}>
          <h3>{name}</h3>
          {layers.map((attention, layer) => (
            <div class="layer" key={attention.place}>
              <h4>{words.layer(layer + 1)}</h4>
              <div class="grid" style={{ "--heads": attention.heads }}>
                {Array.from({ length: attention.heads }, (_, head) => (
                  <Thumbnail key={head} attention={attention} head={head} {...rest} />
                ))}
              </div>
            </div>
          ))}
        </section>
      ))}
    </>
  );
}

/** `decoder.1.cross` and 2: "Cross-attention, layer 2, head 3". */
export function nameOf({ place, head }: Head): string {
  const [, layer] = /\.(\d+)\./.exec(place) ?? [];
  return words.named(words.kinds[kindOf(place)], layer === undefined ? 0 : Number(layer) + 1, head + 1);
}

/** Attentions by what they read, cross-attention first: it is what most people come for. */
const groupsOf = (attentions: readonly ShownHeads[]): { name: string; layers: readonly ShownHeads[] }[] =>
  (["cross", "decoder", "encoder", "self"] as const).flatMap((kind) => {
    const layers = attentions.filter(({ place }) => kindOf(place) === kind);
    return layers.length > 0 ? [{ name: words.groups[kind], layers }] : [];
  });

const cut = new WeakMap<ShownHeads, Weights[]>();

/** The weights of one head, without a copy; the same object each time, so that nothing is drawn twice. */
export function weightsOf(attention: ShownHeads, head: number): Weights {
  const known = cut.get(attention) ?? [];
  cut.set(attention, known);
  const [rows, columns] = [attention.rows.length, attention.columns.length];
  const size = rows * columns;
  const found = known[head] ?? {
    data: attention.data.subarray(head * size, (head + 1) * size),
    rows,
    columns,
  };
  known[head] = found;
  return found;
}

/** The same as one drawing. */
export function gridDrawing(attentions: readonly ShownHeads[]): Drawing {
  const [inks, colour] = [inksOfPage(), pageColour("--weight")];
  const parts = groupsOf(attentions).map(({ name, layers }) => {
    const heads = layers.flatMap((attention, layer) =>
      Array.from({ length: attention.heads }, (_, head) => ({
        name: `${words.layer(layer + 1)}, ${words.head(head + 1).toLowerCase()}`,
        drawing: smallDrawing(weightsOf(attention, head), colour, inks.line),
      })),
    );
    const most = Math.max(...layers.map(({ heads: count }) => count));
    return { name, drawing: inRows(heads, most * (SMALL + 20), inks.soft) };
  });
  return stacked(parts, inks.ink);
}

/** One head without labels. */
function smallDrawing(weights: Weights, colour: Colour, line: string): Drawing {
  const small = shrunk(weights, SMALL);
  const height = (SMALL * Math.max(1, small.rows)) / Math.max(1, small.columns);
  return {
    width: SMALL,
    height,
    draw: (pen) => {
      const { rows, columns } = small;
      const bitmap = weightCells([small], [colour]);
      pen.imageSmoothingEnabled = false;
      if (rows * columns > 0) pen.drawImage(bitmap, 0, 0, columns, rows, 0, 0, SMALL, height);
      pen.strokeStyle = line;
      pen.lineWidth = 1;
      pen.strokeRect(0.5, 0.5, SMALL - 1, height - 1);
    },
  };
}

/** The numbers of all heads, row by row. */
export const gridRows = (attentions: readonly ShownHeads[]): (string | number)[][] => [
  [
    words.csv.place,
    words.columns.head,
    words.csv.row,
    words.csv.rowToken,
    words.csv.column,
    words.csv.columnToken,
    words.csv.weight,
  ],
  ...attentions.flatMap(({ place, heads, rows, columns, data }) =>
    Array.from({ length: heads * rows.length * columns.length }, (_, at) => {
      const column = at % columns.length;
      const row = Math.floor(at / columns.length) % rows.length;
      const head = Math.floor(at / (columns.length * rows.length));
      return [place, head + 1, row + 1, rows[row] ?? "", column + 1, columns[column] ?? "", data[at] ?? 0];
    }),
  ),
];

/** A row for each head: how it spreads its weight, and where the largest one lies. */
export const headRows = (attentions: readonly ShownHeads[]): (string | number)[][] => [
  [words.columns.head, words.columns.entropy, words.csv.largest, words.csv.rowToken, words.csv.columnToken],
  ...attentions.flatMap((attention) =>
    Array.from({ length: attention.heads }, (_, head) => {
      const { data, columns } = weightsOf(attention, head);
      let at = 0;
      for (let i = 1; i < data.length; i++) if ((data[i] ?? 0) > (data[at] ?? 0)) at = i;
      return [
        nameOf({ place: attention.place, head }),
        attention.entropies[head] ?? Number.NaN,
        data[at] ?? 0,
        attention.rows[Math.floor(at / columns)] ?? "",
        attention.columns[at % columns] ?? "",
      ];
    }),
  ),
];

/** Pixels of a small picture, on either side at most. */
const SMALL = 128;

type ThumbnailProps = Omit<GridProps, "attentions" | "of"> & {
  readonly attention: ShownHeads;
  readonly head: number;
};

function Thumbnail({ attention, head, onChoose, scoreOf, ...marks }: ThumbnailProps) {
  const at = { place: attention.place, head };
  const weights = weightsOf(attention, head);
  const entropy = attention.entropies[head] ?? Number.NaN;
  const score = scoreOf(at);
  const roles = score?.roles.map(({ name }) => name).join(", ");
  const isOff = marks.isOff(at);
  const classes = ["thumbnail", isOff ? "off" : "", marks.isOverlaid(at) ? "overlaid" : ""];
  return (
    <button
      type="button"
      class={classes.filter(Boolean).join(" ")}
      aria-pressed={marks.isEnlarged(at)}
      title={`${words.entropyNote}: ${entropy.toFixed(2)}`}
      onClick={(event) => onChoose(at, event.shiftKey)}
    >
      <SmallPicture weights={weights} label={nameOf(at)} />
      <span class="head">
        <span class="number">{head + 1}</span>
        <span class="entropy">
          {isOff ? words.off : Number.isFinite(entropy) ? `H ${entropy.toFixed(2)}` : ""}
        </span>
      </span>
      {score && (
        <span class="score">
          <span class={`delta${score.delta > 0 ? " helps" : ""}`} title={words.deltaNote}>
            Δ {signed(score.delta)}
          </span>
          <span class="roles" title={roles}>
            {roles || "–"}
          </span>
        </span>
      )}
    </button>
  );
}

export const signed = (value: number, digits = 3): string =>
  `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(digits)}`;

/** Drawn once it comes into sight. */
function SmallPicture({ weights, label }: { readonly weights: Weights; readonly label: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { rows, columns } = weights;
  useEffect(() => {
    const element = canvas.current;
    if (!element) return undefined;
    return onceVisible(element, () => {
      const small = shrunk(weights, SMALL);
      element.width = Math.max(1, small.columns);
      element.height = Math.max(1, small.rows);
      const image = heat(small.data, small.rows, small.columns, pageColour("--weight"));
      // Kept in memory: many small pictures are not worth a texture each.
      element.getContext("2d", { willReadFrequently: true })?.putImageData(image, 0, 0);
    });
  }, [weights]);
  return (
    <canvas
      ref={canvas}
      role="img"
      aria-label={label}
      style={{ aspectRatio: `${Math.max(1, columns)} / ${Math.max(1, rows)}` }}
    />
  );
}
