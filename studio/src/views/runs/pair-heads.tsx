import type { Which } from "../../model/pair.ts";
import { relativeEntropy } from "../../pictures/attention.ts";
import { type Drawing, stacked } from "../../pictures/drawing.ts";
import { inksOfPage } from "../../pictures/inks.ts";
import { SaveButtons } from "../../save-buttons.tsx";
import { otherModel } from "../../state/fit.ts";
import { show, view } from "../../state/store.ts";
import { text } from "../../text.ts";
import { type Head, headName } from "../heads/asked.ts";
import { Enlarged } from "../heads/enlarged.tsx";
import { Grid, gridDrawing, nameOf, weightsOf } from "../heads/grid.tsx";
import { SENTENCES, type Side, scoreBoth, scores, scoring, sides } from "./asked.ts";
import "../heads/heads.css";

const words = text.runs;
const both: readonly Which[] = ["first", "second"];

/** All heads of both runs as small pictures, on the first sentence, and the chosen one of each large. */
export function PairHeads() {
  const shown = both.flatMap((which) => {
    const side = sides[which].value;
    return side ? [{ which, side }] : [];
  });
  if (!shown.some(({ side }) => side.hasHeads)) return null;
  const now = scoring.value;
  return (
    <div class="pair-heads">
      <div class="controls">
        <h3>{words.heads}</h3>
        <SaveButtons
          picture={() => drawingOf(shown)}
          about={words.headsAbout(shown.map(({ side }) => side.name))}
          name="heads"
          rows={() => rowsOf(shown)}
        />
      </div>
      <p class="note">{words.headsNote}</p>
      <div class="scoring">
        <button type="button" disabled={now !== undefined} onClick={() => void scoreBoth()}>
          {words.score}
        </button>
        {now ? (
          <progress max={now.total || 1} value={now.done} aria-label={words.score} />
        ) : (
          <span>{words.scoreNote(SENTENCES)}</span>
        )}
      </div>
      <div class="heads both">
        {shown.map(({ which, side }) => (
          <SideHeads key={which} which={which} side={side} />
        ))}
      </div>
    </div>
  );
}

function SideHeads({ which, side }: { readonly which: Which; readonly side: Side }) {
  const found = scores.value[which];
  const chosen = chosenOf(side);
  const isAt = (one: Head | undefined, other: Head): boolean =>
    one?.place === other.place && one.head === other.head;
  return (
    <section class="side" aria-label={`${words.sides[which]}, ${side.name}`}>
      <h4>
        <span class={`badge ${which}`}>{words.sides[which]}</span> <span class="name">{side.name}</span>
      </h4>
      <div class="large">
        {!side.hasHeads && <p class="note">{words.noHeads}</p>}
        {chosen && (
          <p class="chosen">
            {nameOf(chosen)}{" "}
            <button
              type="button"
              class="link"
              onClick={() => show({ ...otherModel(side.name), view: "heads", enlarged: headName(chosen) })}
            >
              {words.openHeads}
            </button>
          </p>
        )}
        {chosen && <Enlarged attentions={side.heads} first={chosen} second={undefined} />}
      </div>
      <div class="small">
        {found && <p class="note">{words.scored(found.loss.toFixed(4), found.tokens)}</p>}
        <Grid
          of={`${words.sides[which]}, ${side.name}`}
          attentions={side.heads}
          isEnlarged={(head) => isAt(chosen, head)}
          isOverlaid={() => false}
          isOff={() => false}
          scoreOf={(head) => found?.heads.find((one) => isAt(one, head))}
          onChoose={(head) => show({ enlarged: headName(head) })}
        />
      </div>
    </section>
  );
}

type Shown = readonly { readonly which: Which; readonly side: Side }[];

/** All heads of both as one drawing, the first run's above the second's. */
const drawingOf = (shown: Shown): Drawing =>
  stacked(
    shown.flatMap(({ which, side }) =>
      side.hasHeads
        ? [{ name: `${words.sides[which]}: ${side.name}`, drawing: gridDrawing(side.heads) }]
        : [],
    ),
    inksOfPage().ink,
  );

/** All heads of both, for a file. */
function rowsOf(shown: Shown): (string | number)[][] {
  const rows = shown.flatMap(({ which, side }) =>
    side.heads.flatMap((attention) =>
      Array.from({ length: attention.heads }, (_, head) => {
        const { place, isCausal } = attention;
        const score = scores.value[which]?.heads.find((one) => one.place === place && one.head === head);
        const entropy = relativeEntropy(weightsOf(attention, head), isCausal);
        return [side.name, place, head + 1, entropy, score?.delta ?? "", score?.half ?? ""];
      }),
    ),
  );
  return [["run", "attention", "head", "entropy", "loss without it", "half of the 95 % interval"], ...rows];
}

/** The head that the view names, where this run has it; or else the first of its last cross-attention. */
function chosenOf({ heads }: Side): Head | undefined {
  const [place = "", head = ""] = view.value.enlarged.split("/");
  const named = heads.find((one) => one.place === place);
  if (named && head !== "" && Number(head) < named.heads) return { place, head: Number(head) };
  const last = heads.findLast((one) => one.place.endsWith("cross")) ?? heads.at(-1);
  return last && { place: last.place, head: 0 };
}
