import { text } from "../../text.ts";
import { type Head, SENTENCES, scoreHeads, scores, scoring } from "./asked.ts";
import { featurePairs } from "./feature-pairs.ts";
import { signed } from "./grid.tsx";

const words = text.heads;

/** Asks for the scores of all heads, and says how far it is. */
export function Scoring({ isPhrasebook }: { readonly isPhrasebook: boolean }) {
  const now = scoring.value;
  const found = scores.value;
  return (
    <div class="scoring">
      <button type="button" disabled={now !== undefined} onClick={() => void scoreHeads()}>
        {found ? words.scoreAgain : words.score}
      </button>
      {now ? (
        <>
          <progress max={now.total || 1} value={now.done} aria-label={words.score} />
          <span class="number">{now.total > 0 && words.scoring(now.done, now.total, now.isFeatures)}</span>
        </>
      ) : (
        <span>
          {found
            ? words.scored(found.loss.toFixed(4), found.tokens)
            : isPhrasebook
              ? words.scoreNote.phrasebook(SENTENCES)
              : words.scoreNote.text}
        </span>
      )}
    </div>
  );
}

/** All heads as a table, the important ones first. */
export function ScoreTable({ onChoose }: { readonly onChoose: (head: Head) => void }) {
  const found = scores.value;
  if (!found) return null;
  return (
    <details class="score-table">
      <summary>{words.table}</summary>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">{words.columns.head}</th>
              <th scope="col">{words.columns.does}</th>
              <th scope="col">{words.columns.delta}</th>
              <th scope="col">{words.columns.entropy}</th>
              <th scope="col">{words.columns.sink}</th>
            </tr>
          </thead>
          <tbody>
            {found.heads
              .toSorted((a, b) => b.delta - a.delta)
              .map(({ place, head, name, roles, delta, half, entropy, sink }) => (
                <tr key={name}>
                  <th scope="row">
                    <button type="button" class="link" onClick={() => onChoose({ place, head })}>
                      {name}
                    </button>
                  </th>
                  <td>{roles.map((role) => role.name).join(", ") || words.nothing}</td>
                  <td class="number">
                    {signed(delta)}
                    {half !== undefined && ` ± ${half.toFixed(3)}`}
                  </td>
                  <td class="number">{entropy.toFixed(2)}</td>
                  <td>{sink && `${sink.token} ${Math.round(100 * sink.share)} %`}</td>
                </tr>
              ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

/** Pairs of heads that carry two features, to lay over each other. */
export function FeaturePairs({ onChoose }: { readonly onChoose: (first: Head, second: Head) => void }) {
  const pairs = featurePairs(scores.value?.heads ?? []);
  if (pairs.length === 0) return null;
  return (
    <p class="pairs">
      <span>{words.pairs}</span>
      {pairs.map(({ name, first, second }) => (
        <button type="button" key={name} onClick={() => onChoose(first, second)}>
          {name}
        </button>
      ))}
    </p>
  );
}
