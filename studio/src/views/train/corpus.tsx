import { useSignal } from "@preact/signals";
import { text } from "../../text.ts";
import { setup } from "./training.ts";

const words = text.train;

const take = (pairs: string | undefined): void => {
  setup.value = { ...setup.peek(), pairs };
};

/** What is learned from: the phrasebook, or pairs that were pasted or come from a file. */
export function Corpus() {
  const { pairs } = setup.value;
  const file = useSignal("");
  return (
    <fieldset class="corpus">
      <legend>{words.corpus}</legend>
      <label class="check">
        <input type="radio" name="corpus" checked={pairs === undefined} onChange={() => take(undefined)} />
        {words.phrasebook}
      </label>
      <label class="check">
        <input type="radio" name="corpus" checked={pairs !== undefined} onChange={() => take("")} />
        {words.ownPairs}
      </label>
      {pairs !== undefined && (
        <div class="pairs">
          <textarea
            rows={6}
            aria-label={words.ownPairs}
            placeholder={words.pairsHint}
            value={pairs}
            onInput={(event) => take(event.currentTarget.value)}
          />
          <label class="button">
            {words.file}
            <input
              type="file"
              accept=".tsv,.txt,text/tab-separated-values,text/plain"
              onChange={(event) => {
                const [chosen] = event.currentTarget.files ?? [];
                if (!chosen) return;
                file.value = chosen.name;
                void chosen.text().then(take);
              }}
            />
          </label>
          <span class="note">{`${words.pairs(pairs.split("\n").filter((line) => line.trim() !== "").length)} ${file.value}`}</span>
        </div>
      )}
    </fieldset>
  );
}
