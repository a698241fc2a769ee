import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { text } from "../../text.ts";
import { Chooser } from "./chooser.tsx";
import { Equations } from "./equations.tsx";
import { Maths } from "./maths.tsx";
import { Matrices } from "./matrices.tsx";
import { Remark } from "./remark.tsx";
import type { Station } from "./station.ts";
import { sources } from "./station-names.ts";
import { Stepper } from "./stepper.tsx";
import "./steps.css";
import { Strips } from "./strips.tsx";
import { Switches } from "./switches.tsx";
import { followWalk, station, step } from "./walking.ts";

const words = text.steps;

/** One attention of the sentence, station by station: every number, and what it was computed from. */
export function Steps() {
  useEffect(followWalk, []);
  useEffect(() => {
    addEventListener("keydown", onArrow);
    return () => removeEventListener("keydown", onArrow);
  }, []);
  const shown = station.value;
  return (
    <div class="steps">
      <Chooser />
      {shown ? (
        <section class="panel ready" aria-labelledby="station">
          <Stepper />
          <At {...shown} />
        </section>
      ) : (
        <p class="waiting">{text.steps.computing}</p>
      )}
    </div>
  );
}

/** Arrow keys walk along the stations, unless something on the page takes them. */
function onArrow(event: KeyboardEvent): void {
  const isTyped = event.target instanceof Element && event.target.closest("textarea, select, input");
  if (isTyped || (event.key !== "ArrowLeft" && event.key !== "ArrowRight")) return;
  event.preventDefault();
  step(event.key === "ArrowLeft" ? -1 : 1);
}

function At(shown: Station) {
  const open = useSignal(false);
  const [title, says] = words.stations[shown.name];
  const [path, name] = sources[shown.name];
  return (
    <>
      <div class="head">
        <div>
          <h2 id="station" aria-live="polite">
            <Maths of={title} />
          </h2>
          <p class="says">
            <Maths of={says} />
          </p>
          <Shapes {...shown} />
        </div>
        <Switches {...shown} />
      </div>
      <div class="looks">
        <div class="vector">
          <h3>{words.vector}</h3>
          <p class="note">{words.vectorNote}</p>
          <Strips station={shown} open={open} />
          <Remark {...shown} />
          <Equations equation={shown.equation} open={open} />
        </div>
        <div class="whole">
          <h3>{words.matrix}</h3>
          <p class="note">{words.matrixNote}</p>
          <Matrices {...shown} />
        </div>
      </div>
      <p class="note computed-in">
        {words.source} <code>{path}</code> <code>{name}</code>. {words.rounding}
      </p>
    </>
  );
}

/** The tensors at the arrow, with their shapes. */
function Shapes({ name, picture, output }: Station) {
  const blocks = picture.flatMap((part) => (typeof part === "string" ? [] : [part.sheet]));
  const from = blocks.filter((sheet) => sheet !== output);
  return (
    <p class="shapes">
      {from.map(({ symbol, shape, path }) => (
        <span class="tensor" key={`${name} ${path}`} title={path}>
          <Maths of={symbol} /> <code>[{shape.join(", ")}]</code>
        </span>
      ))}
      {from.length > 0 && (
        <span class="operator" key={name}>
          →
        </span>
      )}
      <span class="tensor" key={`${name} ${output.path}`} title={output.path}>
        <Maths of={output.symbol} /> <code>[{output.shape.join(", ")}]</code>{" "}
        <code class="path">{output.path}</code>
      </span>
    </p>
  );
}
