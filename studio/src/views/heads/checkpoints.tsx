import { card } from "../../model/client.ts";
import { show, view } from "../../state/store.ts";
import { text } from "../../text.ts";
import { atEnd } from "./asked.ts";

const words = text.heads;

/** A slider over the steps of training whose weights were kept; the last place is the end of training. */
export function Checkpoints() {
  const steps = card.value?.checkpoints ?? [];
  const { step } = view.value;
  if (steps.length < 2) return null;
  const at = steps.indexOf(step);
  const place = at < 0 ? steps.length : at;
  const name = at < 0 ? words.stepEnd : words.stepOf(step);
  return (
    <div class="checkpoints">
      <label>
        <span>{words.step}</span>
        <input
          type="range"
          min={0}
          max={steps.length}
          value={place}
          aria-valuetext={name}
          onInput={(event) => show({ step: steps[Number(event.currentTarget.value)] ?? -1 })}
        />
      </label>
      <output>{name}</output>
      <span class="note">
        {at >= 0 && atEnd.value !== undefined ? words.atEnd(atEnd.value) : words.stepNote}
      </span>
    </div>
  );
}
