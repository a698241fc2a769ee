import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { card } from "../../model/client.ts";
import { show, view } from "../../state/store.ts";
import { type EvidenceName, evidenceNames } from "../../state/view.ts";
import { text } from "../../text.ts";
import { Bipartite } from "./bipartite.tsx";
import { Others } from "./others.tsx";
import { crossPlace, crossPlaces, decoded, follow, reading } from "./translation.ts";
import { Tree } from "./tree.tsx";

const words = text.translate;

/** A sentence, its translation, and what of one went into the other. */
export function Translate() {
  useEffect(follow, []);
  const { text: source } = view.value;
  if (card.value?.task !== "translate")
    return <p class="panel">{text.model.wrongTask(card.value?.task ?? "", "translators")}</p>;
  return (
    <>
      <section class="panel">
        <label class="field">
          <span>{words.source}</span>
          <textarea
            rows={2}
            maxLength={10_000}
            value={source}
            onInput={(event) => show({ text: event.currentTarget.value, forced: [], intervene: [] })}
          />
        </label>
        <output class="translation" aria-live="polite">
          {decoded.value?.hypotheses[0]?.text ?? " "}
        </output>
        {view.value.forced.length > 0 && (
          <p class="note">
            {words.forced}{" "}
            <button type="button" onClick={() => show({ forced: [] })}>
              {words.release}
            </button>
          </p>
        )}
        <Changed />
      </section>
      <Reading />
      <Others />
      <Tree />
    </>
  );
}

/** The translation without what was changed. */
function Changed() {
  const without = decoded.value?.without;
  if (!without) return null;
  return (
    <p class="note">
      {words.changed}: {without.hypotheses[0]?.text}
      {without.unchanged.length > 0 && ` ${words.nothingChanged}`}
    </p>
  );
}

function Reading() {
  const place = useSignal(-1);
  const shown = reading.value;
  if (!shown) return null;
  return (
    <section class="panel" aria-labelledby="reading">
      <h2 id="reading">{words.reading}</h2>
      <p class="note">
        {words.readingNote} <code>{shown.where}</code>
      </p>
      <Controls />
      <Bipartite
        {...shown}
        gold={new Set()}
        place={place.value}
        onPlace={(next) => {
          place.value = next;
        }}
      />
    </section>
  );
}

function Controls() {
  const { head, row, evidence } = view.value;
  const heads = card.value?.heads[crossPlace.value ?? ""] ?? 1;
  const places = crossPlaces.value;
  return (
    <div class="controls">
      <label>
        {words.layer}
        <select
          value={String(places.indexOf(crossPlace.value ?? ""))}
          onChange={(event) => show({ layer: Number(event.currentTarget.value) })}
        >
          {places.map((each, i) => (
            <option key={each} value={String(i)}>
              {i + 1}
            </option>
          ))}
        </select>
      </label>
      <label>
        {words.head}
        <select
          value={String(head)}
          onChange={(event) => {
            const { value } = event.currentTarget;
            show({ head: value === "mean" ? "mean" : Number(value) });
          }}
        >
          <option value="mean">{words.mean}</option>
          {Array.from({ length: heads }, (_, i) => (
            <option key={i} value={String(i)}>
              {i + 1}
            </option>
          ))}
        </select>
      </label>
      <label>
        {words.row}
        <select
          value={row}
          onChange={(event) => show({ row: event.currentTarget.value === "input" ? "input" : "output" })}
        >
          <option value="output">{words.rows.output}</option>
          <option value="input">{words.rows.input}</option>
        </select>
      </label>
      <label>
        {words.evidence}
        <select
          value={evidence}
          onChange={(event) => show({ evidence: event.currentTarget.value as EvidenceName })}
        >
          {evidenceNames.map((name) => (
            <option key={name} value={name}>
              {words.evidences[name]}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}
