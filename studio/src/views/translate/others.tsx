import { text } from "../../text.ts";
import { decoded } from "./translation.ts";

/** The other translations that the search ended with. */
export function Others() {
  const others = decoded.value?.hypotheses.slice(1) ?? [];
  if (others.length === 0) return null;
  return (
    <section class="panel" aria-labelledby="others">
      <h2 id="others">{text.translate.others}</h2>
      <ol class="others" start={2}>
        {others.map(({ text: translation, ids, logProbability }) => (
          <li key={translation}>
            {translation}{" "}
            <span class="note">{`${(logProbability / ids.length).toFixed(2)} ${text.translate.score}`}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}
