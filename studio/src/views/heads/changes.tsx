import { card } from "../../model/client.ts";
import { text } from "../../text.ts";
import { decoded } from "../translate/translation.ts";
import { judged, offCount, switchAllOn } from "./asked.ts";
import { signed } from "./grid.tsx";

const words = text.heads;

/** What switching heads off did to the text and to its probability. */
export function Changes() {
  const count = offCount.value;
  const seen = judged.value;
  if (count === 0 || !seen) return null;
  const [before, after] =
    card.value?.task === "translate"
      ? [decoded.value?.without?.hypotheses[0]?.text, decoded.value?.hypotheses[0]?.text]
      : card.value?.task === "classify"
        ? [seen.likeliest.before.join(" "), seen.likeliest.after.join(" ")]
        : [undefined, undefined];
  const isSame = before === after;
  const delta = seen.after - seen.before;
  return (
    <div class="changes" role="status">
      {before !== undefined && after !== undefined && (
        <dl>
          <dt>{words.before}</dt>
          <dd>{before}</dd>
          <dt>{words.after(count)}</dt>
          <dd class={isSame ? "" : "other"}>{after}</dd>
        </dl>
      )}
      <p class="note">
        {before !== undefined && `${isSame ? words.sameText : words.changedText} `}
        {words.rise(signed(delta))} ({seen.before.toFixed(3)} → {seen.after.toFixed(3)}).
        {(seen.unchanged > 0 || delta === 0) && ` ${words.nothingChanged}`}{" "}
        <button type="button" onClick={switchAllOn}>
          {words.enableAll}
        </button>
      </p>
    </div>
  );
}
