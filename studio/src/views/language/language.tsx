import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Caption } from "../../caption.tsx";
import { card } from "../../model/client.ts";
import { barsDrawing } from "../../pictures/bars-drawing.ts";
import { inksOfPage } from "../../pictures/inks.ts";
import { shownToken } from "../../pictures/tokens.ts";
import { show, view } from "../../state/store.ts";
import { text } from "../../text.ts";
import { Sentence } from "../heads/sentence.tsx";
import { drawOne, expected, followLanguage, isWriting, place, places } from "./asked.ts";
import { NextTokens } from "./next.tsx";
import "./language.css";

const words = text.language;

/** A text, what each of its tokens read, and what may come next; it is written token by token. */
export function Language() {
  useEffect(followLanguage, []);
  return (
    <>
      <section class="panel">
        <Sentence label={words.source} />
      </section>
      <div class="language">
        <Written />
        <NextTokens />
      </div>
    </>
  );
}

/** The text so far as tokens, shaded by what one of them read. */
function Written() {
  const pointed = useSignal(-1);
  const found = expected.value;
  if (!found) return <section class="panel" aria-busy="true" />;
  const { tokens, prompt, weights } = found;
  const row = pointed.value < 0 || pointed.value >= tokens.length ? tokens.length - 1 : pointed.value;
  const shares = tokens.map((_, j) => weights?.[row * tokens.length + j] ?? 0);
  const most = Math.max(1e-9, ...shares);
  const { head } = view.value;
  return (
    <section class="panel" aria-labelledby="written">
      <h2 id="written">{words.written}</h2>
      <p class="note">{weights && words.writtenNote}</p>
      {weights && <Controls />}
      <ol class="written-tokens" onPointerLeave={() => (pointed.value = -1)}>
        {tokens.map((token, i) => {
          const { text: name, isSpecial, begins } = shownToken(token);
          const share = shares[i] as number;
          const classes = [
            isSpecial ? "special" : "",
            begins ? "begins" : "",
            i >= prompt ? "new" : "",
            i === row ? "now" : "",
          ];
          return (
            <li
              key={i}
              class={classes.filter(Boolean).join(" ")}
              style={{ "--share": i > row ? 0 : share / most }}
              title={`${(100 * share).toFixed(1)} %`}
              onPointerEnter={() => {
                pointed.value = i;
              }}
            >
              {isSpecial && name === "</s>" ? "⏎" : name}
            </li>
          );
        })}
      </ol>
      {weights && (
        <Caption
          about={words.readAbout(
            `${place.value}${head === "mean" ? `, ${words.mean}` : `, ${words.head.toLowerCase()} ${head + 1}`}`,
            shownToken(tokens[row] ?? "").text,
          )}
          picture={() => {
            const bars = tokens.slice(0, row + 1).map((token, i) => {
              const share = shares[i] as number;
              return { name: shownToken(token).text, value: share, figures: share.toFixed(3) };
            });
            return barsDrawing(bars, words.weight, inksOfPage());
          }}
          name="read"
          numbers={{
            rows: tokens,
            columns: tokens,
            axes: { columns: text.axes.columns, rows: text.heads.axes.reads },
            at: (i, j) => weights[i * tokens.length + j] ?? 0,
            row: () => row,
          }}
        />
      )}
      <p class="controls">
        <button type="button" onClick={drawOne}>
          {words.draw}
        </button>
        <button
          type="button"
          class="run"
          onClick={() => {
            isWriting.value = !isWriting.value;
          }}
        >
          {isWriting.value ? words.stop : words.run}
        </button>
        <button
          type="button"
          disabled={view.value.forced.length === 0}
          onClick={() => {
            isWriting.value = false;
            show({ forced: [] });
          }}
        >
          {words.restart}
        </button>
      </p>
    </section>
  );
}

function Controls() {
  const heads = card.value?.heads[place.value] ?? 1;
  return (
    <div class="controls">
      <label>
        {words.layer}
        <select
          value={String(places.value.indexOf(place.value))}
          onChange={(event) => show({ layer: Number(event.currentTarget.value) })}
        >
          {places.value.map((each, i) => (
            <option key={each} value={String(i)}>
              {i + 1}
            </option>
          ))}
        </select>
      </label>
      <label>
        {words.head}
        <select
          value={String(view.value.head)}
          onChange={(event) => {
            const { value } = event.currentTarget;
            show({ head: value === "mean" ? "mean" : Number(value) });
          }}
        >
          <option value="mean">{words.mean}</option>
          {Array.from({ length: heads }, (_, i) => (
            <option key={i} value={String(i)}>
              {i + 1}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}
