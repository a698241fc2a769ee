import type { Which } from "../../model/pair.ts";
import { csvText } from "../../pictures/csv.ts";
import { save } from "../../pictures/export.ts";
import { otherText } from "../../state/fit.ts";
import { show, view } from "../../state/store.ts";
import { text } from "../../text.ts";
import { openableNames, pair, type Side, sentences, sides } from "./asked.ts";
import { PairHeads } from "./pair-heads.tsx";
import { PairScores } from "./pair-scores.tsx";
import { Said } from "./said.tsx";
import "./pair.css";

const words = text.runs;
const both: readonly Which[] = ["first", "second"];

/** Two runs: what they make of the same sentences, and their heads. */
export function Pair() {
  const names = openableNames.value;
  if (names.length < 2) return <p class="panel note">{words.tooFew}</p>;
  const [first, second] = [sides.first.value, sides.second.value];
  return (
    <section class="panel pair" aria-labelledby="pair">
      <h2 id="pair">{words.pair}</h2>
      <p class="note">{words.pairNote}</p>
      <div class="controls">
        {both.map((which) => (
          <label key={which}>
            <span>
              <span class={`badge ${which}`}>{words.sides[which]}</span> {words.run}
            </span>
            <select
              value={pair.value[which]}
              onChange={(event) => show({ [which]: event.currentTarget.value })}
            >
              {names.map((name) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </select>
          </label>
        ))}
      </div>
      <label class="field">
        <span>{words.sentences}</span>
        <textarea
          rows={Math.min(5, Math.max(2, sentences.value.length))}
          maxLength={10_000}
          value={view.value.text}
          onInput={(event) => show(otherText(view.value, event.currentTarget.value))}
        />
      </label>
      {first && second ? (
        <>
          <Translations first={first} second={second} />
          <PairScores />
          <PairHeads />
        </>
      ) : (
        sentences.value.length > 0 && (
          <p class="note opening" role="status">
            {words.opening}
          </p>
        )
      )}
    </section>
  );
}

/** The sentences as both translate them. */
function Translations({ first, second }: Readonly<Record<Which, Side>>) {
  if (first.translations.length === 0 && second.translations.length === 0)
    return <p class="note">{words.noTranslators}</p>;
  const lines = sentences.value.map((source, i) => ({
    source,
    said: [first.translations[i], second.translations[i]],
  }));
  const rows = (): (string | number)[][] => [
    ["sentence", first.name, `ln p of ${first.name}`, second.name, `ln p of ${second.name}`],
    ...lines.map(({ source, said }) => [
      source,
      ...said.flatMap((one) => [one?.text ?? "", one?.logProbability ?? ""]),
    ]),
  ];
  return (
    <div class="translations">
      {lines.map(({ source, said }, i) => (
        <article key={`${i} ${source}`}>
          <p class="source">{source}</p>
          <Said
            texts={said.map((one) => one?.text)}
            numbers={said.map((one) => `ln p ${one?.logProbability.toFixed(3).replace("-", "−")}`)}
          />
        </article>
      ))}
      <button type="button" class="link" onClick={() => save("translations.csv", csvText(rows()))}>
        {words.saveTable}
      </button>
    </div>
  );
}
