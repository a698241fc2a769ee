import { useEffect } from "preact/hooks";
import {
  attends,
  canBeGuided,
  configText,
  removableParts,
  rungOf,
  rungsFor,
  type Setup,
  sizeNames,
} from "../../model/training-setup.ts";
import { text } from "../../text.ts";
import { Corpus } from "./corpus.tsx";
import { followOtherTabs, trainsElsewhere } from "./other-tabs.ts";
import {
  choose,
  continueKept,
  discard,
  kept,
  lookForKept,
  messages,
  phase,
  setup,
  start,
} from "./training.ts";

const words = text.train;

/** What is to be trained. */
export function Chosen() {
  const isOpening = phase.value === "opening";
  const isElsewhere = trainsElsewhere.value && !isOpening;
  useEffect(() => followOtherTabs(() => void lookForKept()), []);
  return (
    <>
      {isElsewhere && (
        <p class="panel elsewhere" role="status">
          {words.elsewhere}
        </p>
      )}
      {kept.value && !isOpening && <Kept />}
      <form
        class="panel choice"
        onSubmit={(event) => {
          event.preventDefault();
          void start();
        }}
      >
        <div>
          <h2>{words.title}</h2>
          <p class="note">{words.note}</p>
        </div>
        <Corpus />
        <Rungs />
        <Sizes />
        <Parts />
        <details>
          <summary>{words.config}</summary>
          <pre>{configText(setup.value)}</pre>
        </details>
        <div class="actions">
          <button type="submit" class="primary" disabled={isOpening || isElsewhere}>
            {isOpening ? words.opening : words.start}
          </button>
          <span class="note" role="status">
            {isOpening
              ? (messages.value.at(-1) ?? words.reading)
              : kept.value
                ? words.replaces
                : words.privacy}
          </span>
        </div>
      </form>
    </>
  );
}

/** The ladder of models, each with what the one before lacked. */
function Rungs() {
  const { corpus } = setup.value;
  return (
    <fieldset class="rungs">
      <legend>{words.rung}</legend>
      {rungsFor(corpus).map((name) => (
        <label key={name} class="rung">
          <input
            type="radio"
            name="rung"
            checked={rungOf(setup.value) === name}
            onChange={() => choose({ rung: name })}
          />
          <strong>{words.rungs[name].name}</strong>
          <small>{(corpus === "text" ? words.textRungs : words.rungs)[name].about}</small>
        </label>
      ))}
    </fieldset>
  );
}

function Sizes() {
  const { corpus, size, steps, sentence } = setup.value;
  const isText = corpus === "text";
  return (
    <div class="controls">
      <label>
        {words.size}
        <select
          value={size}
          onChange={(event) => choose({ size: event.currentTarget.value as Setup["size"] })}
        >
          {sizeNames.map((name) => (
            <option key={name} value={name}>
              {words.sizes[name]}
            </option>
          ))}
        </select>
      </label>
      <label>
        {words.steps}
        <input
          type="number"
          min={10}
          max={100_000}
          step={10}
          required
          value={steps}
          onInput={(event) => choose({ steps: Number(event.currentTarget.value) })}
        />
      </label>
      <label class="wide">
        {isText ? words.beginning : words.sentence}
        <input
          type="text"
          maxLength={300}
          value={sentence}
          placeholder={isText ? words.beginningHint : words.sentenceHint}
          onInput={(event) => choose({ sentence: event.currentTarget.value })}
        />
      </label>
    </div>
  );
}

/** What the model learns without, and what it is told. */
function Parts() {
  const { guided, without } = setup.value;
  const rung = rungOf(setup.value);
  const isGuidable = canBeGuided(setup.value);
  return (
    <fieldset class="parts">
      <legend>{words.without}</legend>
      {removableParts.map((part) => (
        <label key={part} class="check">
          <input
            type="checkbox"
            disabled={rung !== "transformer"}
            checked={rung === "transformer" && without.includes(part)}
            onChange={(event) =>
              choose({
                without: event.currentTarget.checked
                  ? [...without, part]
                  : without.filter((one) => one !== part),
              })
            }
          />
          {words.parts[part]}
        </label>
      ))}
      <label class="check told">
        <input
          type="checkbox"
          disabled={!isGuidable}
          checked={guided && isGuidable}
          onChange={(event) => choose({ guided: event.currentTarget.checked })}
        />
        {words.guided}
      </label>
      {!attends(setup.value) && <p class="note">{words.noAttention}</p>}
    </fieldset>
  );
}

/** A training that a tab was closed on. */
function Kept() {
  const isElsewhere = trainsElsewhere.value;
  const { step, savedAt, setup: before } = kept.value as NonNullable<typeof kept.value>;
  return (
    <section class="panel kept" aria-labelledby="kept">
      <div>
        <h2 id="kept">{words.kept}</h2>
        <p class="note">{`${words.rungs[rungOf(before)].name}, ${words.keptAt(step, before.steps, savedAt)}`}</p>
      </div>
      <div class="actions">
        <button type="button" class="primary" disabled={isElsewhere} onClick={() => void continueKept()}>
          {words.continue}
        </button>
        <button type="button" disabled={isElsewhere} onClick={() => void discard()}>
          {words.discard}
        </button>
      </div>
    </section>
  );
}
