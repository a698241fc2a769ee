import { useEffect } from "preact/hooks";
import { Caption } from "../../caption.tsx";
import { card } from "../../model/client.ts";
import { show, view } from "../../state/store.ts";
import { text } from "../../text.ts";
import { decoded } from "../translate/translation.ts";
import {
  enlarged,
  followHeads,
  type Head,
  headName,
  isOff,
  overlaid,
  scores,
  shown,
  switchHead,
} from "./asked.ts";
import { Changes } from "./changes.tsx";
import { Checkpoints } from "./checkpoints.tsx";
import { Enlarged, fitsOver } from "./enlarged.tsx";
import { Grid, gridDrawing, gridRows, headRows, nameOf } from "./grid.tsx";
import { FeaturePairs, ScoreTable, Scoring } from "./scores.tsx";
import { Sentence } from "./sentence.tsx";
import "./heads.css";

const words = text.heads;

const isAt = (one: Head | undefined, other: Head): boolean =>
  one?.place === other.place && one.head === other.head;

function choose(head: Head, isSecond: boolean): void {
  show(isSecond ? { overlay: headName(head) } : { enlarged: headName(head) });
  // Where there is one column, the large picture is above the small ones.
  if (matchMedia("(max-width: 59.99rem)").matches) document.getElementById("one")?.scrollIntoView();
}

/** All heads of all layers as small pictures with their scores; one of them enlarged, perhaps with another over it. */
export function Heads() {
  useEffect(followHeads, []);
  const task = card.value?.task ?? "translate";
  return (
    <>
      <section class="panel">
        <Sentence label={words.sentence[task]} />
        {task === "translate" && (
          <output class="translation" aria-live="polite">
            {decoded.value?.hypotheses[0]?.text ?? " "}
          </output>
        )}
        <Changes />
        <Checkpoints />
      </section>
      <div class="heads">
        <section class="panel all" aria-labelledby="heads">
          <h2 id="heads">{words.title}</h2>
          <p class="note">{words.note}</p>
          <Scoring isPhrasebook={task === "translate"} />
          <FeaturePairs
            onChoose={(first, second) => show({ enlarged: headName(first), overlay: headName(second) })}
          />
          <Grid
            attentions={shown.value}
            isEnlarged={(head) => isAt(enlarged.value, head)}
            isOverlaid={(head) => isAt(overlaid.value, head)}
            isOff={isOff}
            scoreOf={(head) => scores.value?.heads.find((one) => isAt(one, head))}
            onChoose={choose}
          />
          {shown.value.length > 0 && (
            <Caption
              about={words.gridAbout}
              picture={() => gridDrawing(shown.value)}
              name="heads"
              rows={() => gridRows(shown.value)}
              table={() => headRows(shown.value)}
            />
          )}
          <ScoreTable onChoose={(head) => choose(head, false)} />
        </section>
        <One />
      </div>
    </>
  );
}

/** The enlarged head, with what can be done to it. */
function One() {
  const first = enlarged.value;
  const attention = shown.value.find(({ place }) => place === first?.place);
  if (!first || !attention) return <section class="panel one" aria-busy="true" />;
  const second = overlaid.value;
  const others = shown.value
    .filter((one) => fitsOver(one, attention))
    .flatMap(({ place, heads }) => Array.from({ length: heads }, (_, head): Head => ({ place, head })))
    .filter((head) => !isAt(first, head));
  return (
    <section class="panel one" aria-labelledby="one">
      <h2 id="one">
        <span class="swatch" />
        {nameOf(first)}
        <code>{first.place}</code>
      </h2>
      <div class="controls">
        <button type="button" onClick={() => switchHead(first)}>
          {isOff(first) ? words.enable : words.ablate}
        </button>
        <label>
          <span>
            <span class="swatch second" /> {words.overlay}
          </span>
          <select
            value={second ? headName(second) : ""}
            onChange={(event) => show({ overlay: event.currentTarget.value })}
          >
            <option value="">{words.noOverlay}</option>
            {others.map((head) => (
              <option key={headName(head)} value={headName(head)}>
                {nameOf(head)}
              </option>
            ))}
          </select>
        </label>
      </div>
      <Enlarged attentions={shown.value} first={first} second={view.value.overlay ? second : undefined} />
    </section>
  );
}
