import type { Intervention, Removable } from "heed/inspect";
import { show, view } from "../../state/store.ts";
import { text } from "../../text.ts";
import { decoded } from "../translate/translation.ts";
import { Maths } from "./maths.tsx";
import { shown } from "./numbers.ts";
import type { Station } from "./station.ts";
import { isFresh, walked } from "./walking.ts";

const words = text.steps;
type State = keyof typeof words.switched;

const isSame = (a: Intervention, b: Intervention): boolean => JSON.stringify(a) === JSON.stringify(b);

/** The switch of a station that has one, and what all changes together do to the translation. */
export function Switches({ part: at }: Pick<Station, "part">) {
  const here = at && walked.value?.switches.get(`${at.part}@${at.place}`);
  return (
    <div class="effect">
      {at && here ? <Switch part={at.part} here={here} /> : <p class="note no-part">{words.noPart}</p>}
      <Restore />
      <Outcome />
    </div>
  );
}

function Switch({ part, here }: { readonly part: Removable; readonly here: readonly Intervention[] }) {
  const { intervene, off } = view.value;
  const isHere = here.every((one) => intervene.some((other) => isSame(one, other)));
  const state: State = off.includes(part) ? "everywhere" : isHere ? "here" : "on";
  const set = (next: State): void =>
    show({
      intervene: [
        ...intervene.filter((one) => !here.some((other) => isSame(one, other))),
        ...(next === "here" ? here : []),
      ],
      off: [...off.filter((one) => one !== part), ...(next === "everywhere" ? [part] : [])],
    });
  return (
    <fieldset class="switch">
      <legend>
        <Maths of={words.parts[part]} />
      </legend>
      {(Object.keys(words.switched) as State[]).map((each) => (
        <label key={each} class={each === state ? "chosen" : ""}>
          <input type="radio" name={`switch-${part}`} checked={each === state} onChange={() => set(each)} />
          {words.switched[each]}
        </label>
      ))}
    </fieldset>
  );
}

function Restore() {
  const isChanged = view.value.intervene.length + view.value.off.length > 0;
  return (
    <button
      type="button"
      class="restore"
      disabled={!isChanged}
      onClick={() => show({ intervene: [], off: [] })}
    >
      {words.restore}
    </button>
  );
}

/** The translation, how likely it is with what was changed, and what the model writes now. */
function Outcome() {
  const walk = walked.value;
  const { without, hypotheses = [] } = decoded.value ?? {};
  const isChanged = view.value.intervene.length + view.value.off.length > 0;
  if (!walk) return null;
  const { delta = 0, logProbability, unchanged } = walk;
  return (
    <div class="outcome" aria-live="polite">
      <dl>
        <dt>{words.translation}</dt>
        <dd class="written">{(without?.hypotheses ?? hypotheses)[0]?.text || "—"}</dd>
        <dt>{words.likelihood}</dt>
        <dd class="number likelihood">
          {isFresh.value && isChanged && `${shown(logProbability - delta)} → `}
          {isFresh.value ? shown(logProbability) : "…"}
          {isFresh.value && isChanged && (
            <strong class={delta === 0 ? "" : "changed"}>{` Δ ${shown(delta)}`}</strong>
          )}
        </dd>
        <dt>{words.now}</dt>
        <dd class="written now">{hypotheses[0]?.text || "—"}</dd>
      </dl>
      {isFresh.value && isChanged && unchanged > 0 && <span class="note"> {words.unchanged(unchanged)}</span>}
    </div>
  );
}
