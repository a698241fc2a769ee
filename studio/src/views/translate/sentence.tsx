import { useSignal } from "@preact/signals";
import { card, fault, messageOf } from "../../model/client.ts";
import { knownPairs } from "../../model/phrasebook.ts";
import { shownToken } from "../../pictures/tokens.ts";
import { otherText } from "../../state/fit.ts";
import { show, view } from "../../state/store.ts";
import { text } from "../../text.ts";
import { Changes } from "./changes.tsx";
import { best, decoded, known } from "./translation.ts";
import { Written } from "./written.tsx";

const words = text.translate;

/** The sentence, its translation as it is typed, and what is done to the model. */
export function Sentence() {
  return (
    <section class="panel sentence">
      <Example />
      <label class="field">
        <span>{words.source}</span>
        <textarea
          rows={2}
          maxLength={10_000}
          value={view.value.text}
          onInput={(event) => show(otherText(view.peek(), event.currentTarget.value))}
        />
      </label>
      <Written />
      <Notes />
      <Changes />
    </section>
  );
}

/** What one has to know of this sentence. */
function Notes() {
  const [found, pair] = [decoded.value, known.value];
  const notes: string[] = [];
  if (view.value.text.trim() === "") notes.push(words.blank);
  if (found?.isCut) notes.push(words.cut(found.sourceTokens.length));
  if (found && pair && pair.source === found.asked.source) {
    notes.push(pair.target === best.value?.text ? words.asPhrasebook : words.notAsPhrasebook(pair.target));
  }
  const unknown = found?.unknown ?? [];
  return (
    <p class="note">
      {notes.join(" ") || (unknown.length === 0 && "\u00a0")}
      {notes.length > 0 && " "}
      {unknown.length > 0 && (
        <span class="unknown">
          {found?.sourceTokens.includes("<unk>") ? words.unknown : words.inBytes}{" "}
          {unknown.map((word, i) => (
            <>
              {i > 0 && ", "}
              <bdi>{shownToken(word).text}</bdi>
            </>
          ))}
        </span>
      )}
    </p>
  );
}

let next = 0;

/** Another sentence, of which the links are known. */
function Example() {
  const isMaking = useSignal(false);
  if (card.value?.task !== "translate") return null;
  const choose = async (): Promise<void> => {
    isMaking.value = true;
    try {
      const pairs = await knownPairs().heldOut(200);
      // 37 and 200 have no common divisor: every sentence has its turn.
      next += 37;
      const pair = pairs[next % pairs.length];
      if (pair) show(otherText(view.peek(), pair.source));
    } catch (error) {
      fault.value = messageOf(error);
    }
    isMaking.value = false;
  };
  return (
    <button
      type="button"
      class="example"
      disabled={isMaking.value}
      title={words.exampleHint}
      onClick={() => void choose()}
    >
      {words.example}
    </button>
  );
}
