import { useEffect } from "preact/hooks";
import { card } from "../../model/client.ts";
import { otherModel } from "../../state/fit.ts";
import { show } from "../../state/store.ts";
import { text } from "../../text.ts";
import { Sentence } from "../heads/sentence.tsx";
import { followRecurrent, isRecurrent, served } from "./asked.ts";
import { ReadingOn } from "./reading.tsx";
import { Sides } from "./sides.tsx";
import "./recurrent.css";

const words = text.recurrent;

/** A recurrent encoder reading word by word, and what the decoder gets of it: a static summary, or attention. */
export function Recurrent() {
  useEffect(followRecurrent, []);
  if (!isRecurrent.value) return <NotRecurrent />;
  return (
    <>
      <section class="panel">
        <Sentence label={words.source} />
      </section>
      <ReadingOn />
      {card.value?.task === "translate" && <Sides />}
    </>
  );
}

/** What to open instead. */
function NotRecurrent() {
  const others = served.value.filter((name) => name !== card.value?.name);
  const open = (name: string): void => {
    show(otherModel(name));
  };
  return (
    <section class="panel ready">
      <p>{words.none}</p>
      {others.length > 0 ? (
        <p class="controls">
          {words.other}
          {others.map((name) => (
            <button type="button" key={name} onClick={() => open(name)}>
              {name}
            </button>
          ))}
        </p>
      ) : (
        <p class="note">{words.nothing}</p>
      )}
    </section>
  );
}
