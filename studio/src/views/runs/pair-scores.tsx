import type { ChangedSentence } from "heed/evaluation";
import type { ComparedScore } from "../../model/many.ts";
import type { Which } from "../../model/pair.ts";
import { csvText } from "../../pictures/csv.ts";
import { save } from "../../pictures/export.ts";
import { text } from "../../text.ts";
import { sides } from "./asked.ts";
import {
  type ManyScored,
  MOST_PAIRS,
  many,
  pairsFile,
  scoreMany,
  stopMany,
  takePairs,
  working,
} from "./many.ts";
import { Said } from "./said.tsx";
import { Scroll } from "./scroll.tsx";

const words = text.runs.many;
const { saveTable, sides: badges } = text.runs;

/** Both runs on many sentences: BLEU and chrF with intervals, and whether chance alone makes such a difference. */
export function PairScores() {
  const [first, second] = [sides.first.value, sides.second.value];
  if (first?.task !== "translate" || second?.task !== "translate") return null;
  const [now, found, file] = [working.value, many.value, pairsFile.value];
  const isThese = found?.names.first === first.name && found.names.second === second.name;
  return (
    <div class="pair-scores">
      <h3>{words.title}</h3>
      <div class="scoring">
        <button type="button" onClick={() => (now ? stopMany() : void scoreMany())}>
          {now ? words.stop : words.start}
        </button>
        {now ? (
          <>
            <progress max={now.total || 1} value={now.done} aria-label={words.title} />
            {now.total > 0 && <span class="number">{words.done(now.done, now.total)}</span>}
          </>
        ) : (
          <>
            <label class="button">
              {words.file}
              <input
                type="file"
                accept=".tsv,.txt,text/tab-separated-values,text/plain"
                onChange={(event) => {
                  const [chosen] = event.currentTarget.files ?? [];
                  event.currentTarget.value = "";
                  if (chosen) void takePairs(chosen);
                }}
              />
            </label>
            <span class="note">
              {file ? words.ofFile(file.pairs.length, file.name) : words.ofPhrasebook(MOST_PAIRS)}
            </span>
          </>
        )}
      </div>
      {isThese && !now && <Found found={found} />}
    </div>
  );
}

function Found({ found }: { readonly found: ManyScored }) {
  const { scores, changed, names, pairs, texts, seconds } = found;
  const rows = (): (string | number)[][] => [
    ["sentence", "reference", names.first, names.second],
    ...pairs.map(({ source, target }, i) => [source, target, texts.first[i] ?? "", texts.second[i] ?? ""]),
  ];
  return (
    <>
      {scores[0] && <p class="verdict">{words.verdict(scores[0], names)}</p>}
      <Scroll label={words.title}>
        <table class="scores">
          <caption class="unseen">{words.title}</caption>
          <thead>
            <tr>
              {words.columns.map((name) => (
                <th scope="col" key={name}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {scores.flatMap((score) =>
              (["first", "second"] as const).map((which) => (
                <ScoreRow key={`${score.name} ${which}`} which={which} score={score} />
              )),
            )}
          </tbody>
        </table>
      </Scroll>
      <p class="note">{words.note(pairs.length, seconds.first, seconds.second)}</p>
      {changed.length > 0 && <h4>{words.changed}</h4>}
      {changed.map((sentence) => (
        <Changed key={sentence.line} sentence={sentence} source={pairs[sentence.line - 1]?.source ?? ""} />
      ))}
      <button type="button" class="link" onClick={() => save("translations.csv", csvText(rows()))}>
        {saveTable}
      </button>
    </>
  );
}

function ScoreRow({ which, score }: { readonly which: Which; readonly score: ComparedScore }) {
  const { score: value, interval, difference, p } = score[which];
  const isSecond = which === "second";
  return (
    <tr>
      <th scope="row">
        {score.name} <span class={`badge ${which}`}>{badges[which]}</span>
      </th>
      <td>{value.toFixed(1)}</td>
      <td>{interval && `${interval.low.toFixed(1)} – ${interval.high.toFixed(1)}`}</td>
      <td>{isSecond && signed(difference)}</td>
      <td>{isSecond && p !== undefined && difference !== 0 && words.p(p)}</td>
      <td>{isSecond && `${score.better} / ${score.worse} / ${score.equal}`}</td>
    </tr>
  );
}

const signed = (value: number): string => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(1)}`;

function Changed({ sentence, source }: { readonly sentence: ChangedSentence; readonly source: string }) {
  const { baselineText, text: other, references, baselineScore, score } = sentence;
  return (
    <article>
      <p class="source">
        {source}
        <span class="reference">{references[0]}</span>
      </p>
      <Said
        texts={[baselineText, other]}
        numbers={[baselineScore, score].map((each) => words.sentenceBleu(each))}
      />
    </article>
  );
}
