import { useSignal } from "@preact/signals";
import { card, fault, messageOf, model } from "../../model/client.ts";
import { knownPairs } from "../../model/phrasebook.ts";
import { show, view } from "../../state/store.ts";
import { type EvidenceName, evidenceNames } from "../../state/view.ts";
import { text } from "../../text.ts";
import { crossPlaces, readPlaces } from "./translation.ts";

const words = text.translate;

/** Which numbers are looked at: of which layer, head and row, and by which measure. */
export function Controls() {
  const { layer, head, row, evidence } = view.value;
  const places = crossPlaces.value;
  const heads = card.value?.heads[readPlaces.value[0] ?? ""] ?? 1;
  const chosen = layer === -2 ? -2 : places.indexOf(readPlaces.value[0] ?? "");
  return (
    <div class="controls">
      <Choice
        label={words.layer}
        value={String(chosen)}
        options={[
          ...places.map((_, i) => [String(i), String(i + 1)] as const),
          ...(places.length > 1 ? [["-2", words.meanLayers] as const] : []),
        ]}
        onChoose={(value) => show({ layer: Number(value) })}
      />
      <Choice
        label={words.head}
        value={String(head)}
        options={[
          ["mean", words.mean],
          ...Array.from({ length: heads }, (_, i) => [String(i), String(i + 1)] as const),
        ]}
        onChoose={(value) => show({ head: value === "mean" ? "mean" : Number(value) })}
      />
      <Choice
        label={words.row}
        value={row}
        options={(["output", "input"] as const).map((name) => [name, words.rows[name]])}
        onChoose={(value) => show({ row: value === "input" ? "input" : "output" })}
      />
      <Choice
        label={words.evidence}
        value={evidence}
        options={evidenceNames.map((name) => [name, words.evidences[name]])}
        onChoose={(value) => show({ evidence: value as EvidenceName })}
      />
      <BestAligned />
    </div>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly (readonly [value: string, name: string])[];
  readonly onChoose: (value: string) => void;
}

const Choice = ({ label, value, options, onChoose }: ChoiceProps) => (
  <label>
    {label}
    <select value={value} onChange={(event) => onChoose(event.currentTarget.value)}>
      {options.map(([option, name]) => (
        <option key={option} value={option}>
          {name}
        </option>
      ))}
    </select>
  </label>
);

const PAIRS = 60;

/** Chooses the layer, the head and the row whose weights agree best with the known links of the phrasebook. */
function BestAligned() {
  const isBusy = useSignal(false);
  const found = useSignal("");
  const choose = async (): Promise<void> => {
    isBusy.value = true;
    try {
      const { reading, aer } = await model.aligning([...(await knownPairs().heldOut(PAIRS))]);
      const { layer, head, row } = reading;
      show({ layer: layer === "mean" ? -2 : layer, head, row, evidence: "weights" });
      found.value = words.aligned(aer, PAIRS);
    } catch (error) {
      fault.value = messageOf(error);
    }
    isBusy.value = false;
  };
  return (
    <>
      <button type="button" disabled={isBusy.value} title={words.bestHint} onClick={() => void choose()}>
        {isBusy.value ? words.measuring : words.best}
      </button>
      <output class="note best">{found.value}</output>
    </>
  );
}
