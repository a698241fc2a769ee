import { useEffect } from "preact/hooks";
import { Others } from "./others.tsx";
import { Reading } from "./reading.tsx";
import { Sentence } from "./sentence.tsx";
import { followWords } from "./translation.ts";
import { Tree } from "./tree.tsx";
import { WhyNot } from "./why-not.tsx";
import "./translate.css";

/** A sentence, its translation, what of one went into the other, why this word and not that one, and what else was found. */
export function Translate() {
  useEffect(followWords, []);
  return (
    <>
      <Sentence />
      <Reading />
      <div class="pair">
        <WhyNot />
        <Others />
      </div>
      <Tree />
    </>
  );
}
