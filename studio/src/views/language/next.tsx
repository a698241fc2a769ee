import { Caption } from "../../caption.tsx";
import { barsDrawing } from "../../pictures/bars-drawing.ts";
import { inksOfPage } from "../../pictures/inks.ts";
import { shownToken } from "../../pictures/tokens.ts";
import { show } from "../../state/store.ts";
import { text } from "../../text.ts";
import { drawing, drawn, expected, keptMass, listed, write } from "./asked.ts";

const words = text.language;
/** Tokens that are listed. */
const SHOWN = 20;
/** Places of the slider of top k; the last is all tokens. */
const COUNTS = [1, 2, 3, 5, 8, 12, 20, 40, 100, 0] as const;

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

/** The next token's distribution, and what temperature, top k and top p make of it. */
export function NextTokens() {
  const { temperature, topK, topP } = drawing.value;
  const now = drawn.value;
  if (!now) return null;
  const shown = listed.value.slice(0, SHOWN);
  // Where pieces begin words, those that go on with one are marked.
  const isOfWords = listed.value.some(({ token }) => token.startsWith("▁"));
  const most = Math.max(...shown.map(({ own, probability }) => Math.max(own, probability)));
  return (
    <section class="panel" aria-labelledby="next">
      <h2 id="next">{words.next}</h2>
      <p class="note">{words.nextNote}</p>
      <div class="controls knobs">
        <Knob
          name={words.temperature}
          shown={temperature.toFixed(2)}
          max={40}
          value={Math.round(20 * temperature)}
          onChange={(value) => show({ temperature: value / 20 })}
        />
        <Knob
          name={words.topK}
          shown={topK === 0 ? words.all : String(topK)}
          max={COUNTS.length - 1}
          value={Math.max(0, (COUNTS as readonly number[]).indexOf(topK))}
          onChange={(value) => show({ topK: COUNTS[value] ?? 0 })}
        />
        <Knob
          name={words.topP}
          shown={topP.toFixed(2)}
          max={100}
          value={Math.round(100 * topP)}
          onChange={(value) => show({ topP: value / 100 })}
        />
      </div>
      <p class="kept" aria-live="polite">
        {words.kept(now.ids.length, expected.value?.logits.length ?? 0, percent(keptMass.value))}
      </p>
      <ol class="next-tokens">
        {shown.map(({ id, token, own, probability, cut }) => (
          <li key={id} class={cut ? "cut" : ""}>
            <button type="button" class="link" onClick={() => write(token)}>
              {isOfWords && !token.startsWith("▁") && !shownToken(token).isSpecial && "…"}
              {shownToken(token).text}
            </button>
            <span class="share" style={{ "--share": probability / most, "--own": own / most }} />
            <span class="number">{cut ? words.cut[cut] : percent(probability)}</span>
          </li>
        ))}
      </ol>
      <Caption
        about={words.nextAbout(shownToken(expected.value?.tokens.at(-1) ?? "").text)}
        picture={() => {
          const bars = shown.map(({ token, own, probability, cut }) => ({
            name: shownToken(token).text,
            value: probability,
            figures: cut ? words.cut[cut] : percent(probability),
            mark: own,
          }));
          return barsDrawing(bars, words.columns.drawn, inksOfPage());
        }}
        name="next"
        rows={() => [
          [words.columns.token, words.columns.drawn, words.columns.own],
          ...listed.value.map(({ token, probability, own }) => [token, probability, own]),
        ]}
      />
    </section>
  );
}

interface KnobProps {
  readonly name: string;
  readonly shown: string;
  readonly max: number;
  readonly value: number;
  readonly onChange: (value: number) => void;
}

function Knob({ name, shown, max, value, onChange }: KnobProps) {
  return (
    <label>
      <span>
        {name} <output>{shown}</output>
      </span>
      <input
        type="range"
        min={0}
        max={max}
        value={value}
        aria-valuetext={shown}
        onInput={(event) => onChange(Number(event.currentTarget.value))}
      />
    </label>
  );
}
