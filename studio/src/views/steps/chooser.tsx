import { attentionKinds } from "../../model/steps.ts";
import { shownToken } from "../../pictures/tokens.ts";
import { otherText } from "../../state/fit.ts";
import { show, view } from "../../state/store.ts";
import { text } from "../../text.ts";
import { decoded } from "../translate/translation.ts";
import { rowOf } from "./sheet.ts";
import { sheetsOf } from "./sheets.ts";
import { choice, walked } from "./walking.ts";

const words = text.steps;

/** The sentence, and which attention of which of its tokens is walked through. */
export function Chooser() {
  const { text: source, attention, block } = view.value;
  const walk = walked.value;
  const numbers = (count: number) =>
    Array.from({ length: count }, (_, i) => (
      <option key={i} value={String(i)}>
        {i + 1}
      </option>
    ));
  return (
    <section class="panel chooser" aria-label={words.sentence}>
      <div class="asked">
        <label class="field">
          <span>{text.translate.source}</span>
          <textarea
            rows={1}
            maxLength={10_000}
            value={source}
            onInput={(event) => show(otherText(view.value, event.currentTarget.value))}
          />
        </label>
        <div class="controls">
          <label>
            {words.attention}
            <select
              value={attention}
              onChange={(event) =>
                show({
                  attention: attentionKinds.find((kind) => kind === event.currentTarget.value) ?? "encoder",
                })
              }
            >
              {attentionKinds.map((kind) => (
                <option key={kind} value={kind}>
                  {words.kinds[kind]}
                </option>
              ))}
            </select>
          </label>
          <label>
            {text.translate.layer}
            <select
              value={String(walk?.layer ?? block)}
              onChange={(event) => show({ block: Number(event.currentTarget.value) })}
            >
              {numbers(walk?.layers[walk.places.side] ?? 1)}
            </select>
          </label>
          <label>
            {text.translate.head}
            <select
              value={String(choice.value.head)}
              onChange={(event) => show({ head: Number(event.currentTarget.value) })}
            >
              {numbers(walk?.heads ?? 1)}
            </select>
          </label>
        </div>
      </div>
      <output class="translation" aria-live="polite">
        {decoded.value?.hypotheses[0]?.text ?? " "}
      </output>
      <Tokens />
    </section>
  );
}

/** The tokens: which one asks, and how much of each it reads. */
function Tokens() {
  const walk = walked.value;
  if (!walk) return null;
  const { query, key } = choice.value;
  const { weights } = sheetsOf(walk, choice.value);
  const shares = weights ? rowOf(weights, query) : [];
  return (
    <div class="who">
      <Chips
        name={words.query}
        axis={text.axes.rows}
        tokens={walk.rows.reads}
        writes={walk.rows.writes}
        chosen={query}
        onChoose={(next) => show({ query: next })}
      />
      <Chips
        name={words.keys}
        axis={text.axes.columns}
        tokens={walk.columns}
        shares={shares}
        chosen={key}
        onChoose={(next) => show({ key: next })}
      />
    </div>
  );
}

interface ChipsProps {
  readonly name: string;
  readonly axis: string;
  readonly tokens: readonly string[];
  readonly writes?: readonly string[] | undefined;
  readonly shares?: ArrayLike<number>;
  readonly chosen: number;
  readonly onChoose: (index: number) => void;
}

function Chips({ name, axis, tokens, writes, shares, chosen, onChoose }: ChipsProps) {
  return (
    <div class="chips">
      <span class="chips-name">
        {name} <small>{axis}</small>
      </span>
      <ol>
        {tokens.map((token, i) => {
          const { text: label, isSpecial } = shownToken(token);
          const share = shares?.[i];
          const written = writes?.[i] === undefined ? undefined : words.writes(shownToken(writes[i]).text);
          const weight = share === undefined ? undefined : share.toFixed(3);
          return (
            <li key={i}>
              <button
                type="button"
                class={`chip${isSpecial ? " special" : ""}`}
                aria-pressed={i === chosen}
                title={written ?? weight}
                style={
                  share === undefined
                    ? {}
                    : {
                        background: `color-mix(in srgb, var(--weight) ${Math.round(60 * share)}%, var(--paper))`,
                      }
                }
                onClick={() => onChoose(i)}
              >
                {label}
                {weight !== undefined && <small class="number">{weight}</small>}
                {written !== undefined && <small>{written}</small>}
              </button>
            </li>
          );
        })}
      </ol>
    </div>
  );
}
