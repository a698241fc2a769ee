import { useEffect } from "preact/hooks";
import { card } from "../../model/client.ts";
import { text } from "../../text.ts";
import { Sentence } from "../heads/sentence.tsx";
import { followRecurrent } from "./asked.ts";
import { ReadingOn } from "./reading.tsx";
import { Sides } from "./sides.tsx";
import "./recurrent.css";

const words = text.recurrent;

/** A recurrent encoder reading word by word, and what the decoder gets of it: a static summary, or attention. */
export function Recurrent() {
  useEffect(followRecurrent, []);
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
