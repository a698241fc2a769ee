import { useSignal } from "@preact/signals";
import { type CorpusName, corpusNames } from "../../model/training-setup.ts";
import { text } from "../../text.ts";
import { choose, own, setup } from "./training.ts";

const words = text.train;

const names: Readonly<Record<CorpusName, string>> = {
  phrasebook: words.phrasebook,
  pairs: words.ownPairs,
  text: words.ownText,
};

/** What is learned from: the phrasebook, or pairs or a text that were pasted or come from a file. */
export function Corpus() {
  const { corpus } = setup.value;
  return (
    <fieldset class="corpus">
      <legend>{words.corpus}</legend>
      {corpusNames.map((name) => (
        <label key={name} class="check">
          <input
            type="radio"
            name="corpus"
            checked={corpus === name}
            onChange={() => choose({ corpus: name })}
          />
          {names[name]}
        </label>
      ))}
      {corpus !== "phrasebook" && <Own corpus={corpus} />}
    </fieldset>
  );
}

function Own({ corpus }: { readonly corpus: Exclude<CorpusName, "phrasebook"> }) {
  const file = useSignal("");
  const isText = corpus === "text";
  const lines = own.value.split("\n").filter((line) => line.trim() !== "").length;
  return (
    <div class="pairs">
      <textarea
        rows={6}
        aria-label={names[corpus]}
        placeholder={isText ? words.textHint : words.pairsHint}
        value={own.value}
        onInput={(event) => choose({ own: event.currentTarget.value })}
      />
      <label class="button">
        {isText ? words.textFile : words.file}
        <input
          type="file"
          accept={isText ? ".txt,.md,text/*" : ".tsv,.txt,text/tab-separated-values,text/plain"}
          onChange={(event) => {
            const [chosen] = event.currentTarget.files ?? [];
            if (!chosen) return;
            file.value = chosen.name;
            void chosen.text().then((given) => choose({ own: given }));
          }}
        />
      </label>
      <span class="note">
        {`${isText ? words.lines(lines, own.value.length) : words.pairs(lines)} ${file.value}`}
      </span>
    </div>
  );
}
