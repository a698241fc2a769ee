import { useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { Caption } from "../../caption.tsx";
import { card } from "../../model/client.ts";
import type { Side } from "../../model/recurrent.ts";
import { sinksOf } from "../../pictures/attention.ts";
import { imageOf, pageColour } from "../../pictures/heat.ts";
import { inksOfPage } from "../../pictures/inks.ts";
import { matrixDrawing, signedCells, weightCells } from "../../pictures/matrix-drawing.ts";
import { signedPixels } from "../../pictures/pixels.ts";
import { shownToken } from "../../pictures/tokens.ts";
import { lying, meanMove, scaleOf } from "../../pictures/vectors.ts";
import { show, view } from "../../state/store.ts";
import { text } from "../../text.ts";
import { Matrix } from "../heads/matrix.tsx";
import { onTheme } from "../heads/visible.ts";
import { served, sides } from "./asked.ts";

const words = text.recurrent;

/** What the decoder reads of the sentence: one static summary, or another mixture at every word; two models side by side. */
export function Sides() {
  const others = served.value.filter((name) => name !== card.value?.name);
  const { beside } = view.value;
  return (
    <section class="panel" aria-labelledby="sides">
      <h2 id="sides">{words.decoder}</h2>
      <p class="note">{words.decoderNote}</p>
      {others.length > 0 && (
        <div class="controls">
          <label>
            {words.beside}
            <select value={beside} onChange={(event) => show({ beside: event.currentTarget.value })}>
              <option value="">{words.noneBeside}</option>
              {others.map((name) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </select>
          </label>
        </div>
      )}
      <div class={sides.value.length > 1 ? "sides two" : "sides"}>
        {sides.value.map((side, i) => (
          <OneSide key={`${i} ${side.name}`} side={side} />
        ))}
      </div>
    </section>
  );
}

function OneSide({ side }: { readonly side: Side }) {
  const row = useSignal(0);
  const { name, kind, rows, columns, weights, vectors } = side;
  const axes = { columns: text.heads.axes.columns, rows: text.heads.axes.written };
  const chosen = Math.min(row.value, rows.length - 1);
  const matrix = useMemo(
    () => weights && { data: weights, rows: rows.length, columns: columns.length },
    [side],
  );
  return (
    <article class="side">
      <h3>
        {name} <span>{kind}</span>
      </h3>
      <p class="written">{side.text}</p>
      <p class="score">{words.score(side.logProbability.toFixed(3))}</p>
      <h4>{weights ? words.attention : words.summary}</h4>
      {vectors && (
        <VectorRows
          name={name}
          rows={rows}
          vectors={vectors}
          chosen={chosen}
          isMoving={weights !== undefined}
        />
      )}
      {matrix && (
        <>
          <p class="caption">{words.weights}</p>
          <Matrix
            weights={[matrix]}
            rows={rows}
            columns={columns}
            axes={axes}
            label={text.heads.picture(name, rows.length, columns.length)}
            row={chosen}
            onPoint={(next) => {
              row.value = next;
            }}
          />
          <Caption
            about={words.weightsAbout(name, shownToken(rows[chosen] ?? "").text)}
            picture={() => {
              const bitmap = weightCells([matrix], [pageColour("--weight")]);
              const sinks = sinksOf([matrix], columns);
              return matrixDrawing({ rows, columns, axes, bitmap, sinks, row: chosen }, inksOfPage());
            }}
            name={`weights-${name}`}
            numbers={{
              rows,
              columns,
              axes,
              at: (i, j) => matrix.data[i * columns.length + j] ?? 0,
              row: () => chosen,
            }}
          />
        </>
      )}
    </article>
  );
}

/** The vector that is read at every written word: a row each. */
function VectorRows({
  name,
  rows,
  vectors: { data, units },
  chosen,
  isMoving,
}: {
  readonly name: string;
  readonly rows: readonly string[];
  readonly vectors: NonNullable<Side["vectors"]>;
  readonly chosen: number;
  readonly isMoving: boolean;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const vectors = { data, length: rows.length, units };
  useEffect(() => {
    const draw = (): void => {
      const element = canvas.current;
      if (!element) return;
      const picture = lying(vectors);
      const scale = scaleOf(vectors);
      element.width = Math.max(1, picture.columns);
      element.height = Math.max(1, picture.rows);
      const shares = picture.data.map((value) => value / scale);
      const colours = [pageColour("--change"), pageColour("--weight")] as const;
      const pixels = signedPixels({ ...picture, data: shares }, colours);
      element.getContext("2d")?.putImageData(imageOf(pixels, picture.rows, picture.columns), 0, 0);
    };
    draw();
    return onTheme(draw);
  }, [data, rows.length, units]);
  return (
    <figure class="vectors">
      <figcaption class="caption">
        {words.vectors}, {words.units(Math.min(64, units), units)}
      </figcaption>
      <div class="vector-rows">
        <ol>
          {rows.map((token, i) => (
            <li key={i} class={isMoving && i === chosen ? "now" : ""}>
              {shownToken(token).text}
            </li>
          ))}
        </ol>
        <canvas ref={canvas} role="img" aria-label={words.strip(words.vectors, units, rows.length)} />
      </div>
      <p class="moves">{words.moves(`${(100 * meanMove(vectors)).toFixed(1)} %`)}</p>
      <Caption
        about={words.vectorsAbout(name)}
        picture={() => {
          const picture = lying(vectors);
          const drawn = {
            rows,
            columns: Array.from({ length: picture.columns }, (_, i) => String(i + 1)),
            axes: { columns: words.number, rows: text.heads.axes.written },
            bitmap: signedCells(picture, [pageColour("--change"), pageColour("--weight")], scaleOf(vectors)),
            cell: { width: 10, height: 20 },
          };
          return matrixDrawing(drawn, inksOfPage());
        }}
        name={`vectors-${name}`}
        numbers={{
          rows,
          columns: Array.from({ length: units }, (_, i) => String(i + 1)),
          axes: { columns: words.number, rows: text.heads.axes.written },
          at: (i, j) => data[i * units + j] as number,
          row: () => chosen,
        }}
      />
    </figure>
  );
}
