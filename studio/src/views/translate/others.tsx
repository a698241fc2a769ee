import { text } from "../../text.ts";
import { decoded } from "./translation.ts";

/** The other translations that the search ended with. */
export function Others() {
  const others = decoded.value?.hypotheses.slice(1) ?? [];
  if (others.length === 0) return null;
  return (
    <section class="panel" aria-labelledby="others">
      <h2 id="others">{text.translate.others}</h2>
      <p class="note">{text.translate.score}</p>
      <ol class="others" start={2}>
        {others.map(({ text: translation, ids, logProbability }) => (
          <li key={ids.join()}>
            <bdi>{translation}</bdi> <span class="delta">{(logProbability / ids.length).toFixed(2)}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}
