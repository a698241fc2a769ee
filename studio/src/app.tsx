import type { ComponentType } from "preact";
import { pickedTree } from "./model/chosen.ts";
import { card, fault, offered, refusal, take } from "./model/client.ts";
import { otherModel } from "./state/fit.ts";
import { canUndo, show, undo, view } from "./state/store.ts";
import type { ViewName } from "./state/view.ts";
import { text } from "./text.ts";
import { StartTour, Tour } from "./tour/tour.tsx";
import { Classify } from "./views/classify/classify.tsx";
import { Heads } from "./views/heads/heads.tsx";
import { Language } from "./views/language/language.tsx";
import { Recurrent } from "./views/recurrent/recurrent.tsx";
import { Runs } from "./views/runs/runs.tsx";
import { Steps } from "./views/steps/steps.tsx";
import { Train } from "./views/train/train.tsx";
import { Translate } from "./views/translate/translate.tsx";

/** The views that are here, in the order of their tabs. */
const views: Readonly<Partial<Record<ViewName, ComponentType>>> = {
  translate: Translate,
  steps: Steps,
  heads: Heads,
  recurrent: Recurrent,
  train: Train,
  language: Language,
  classify: Classify,
  runs: Runs,
};

/** Views of something else than the opened model. */
const needsNoModel = (name: ViewName): boolean => name === "train" || name === "runs";

/** The whole page: what is open, the tabs, and the view. */
export function App() {
  const Shown = views[view.value.view] ?? Translate;
  return (
    <div class="studio">
      <header>
        <h1>{text.title}</h1>
        <Opened />
      </header>
      <nav aria-label="Views">
        {(Object.keys(views) as ViewName[]).map((name) => (
          <button
            type="button"
            key={name}
            class="tab"
            aria-current={view.value.view === name ? "page" : undefined}
            onClick={() => show({ view: name })}
          >
            {text.views[name]}
          </button>
        ))}
        <StartTour />
        <button type="button" class="quiet undo" disabled={!canUndo.value} onClick={undo}>
          {text.undo}
        </button>
      </nav>
      {refusal.value && (
        <p class="fault" role="alert">
          {refusal.value}
        </p>
      )}
      <Tour />
      {fault.value && (
        <p class="fault" role="alert">
          {text.failed}: {fault.value}
        </p>
      )}
      <main class={`view-${view.value.view}`}>
        {card.value || needsNoModel(view.value.view) ? (
          <Shown />
        ) : (
          !refusal.value && <p class="waiting">{text.model.opening}</p>
        )}
      </main>
    </div>
  );
}

function Opened() {
  const opened = card.value;
  return (
    <div class="opened">
      {opened && (
        <p>
          <strong>{opened.name}</strong> · {opened.kind} · {text.model.parameters(opened.parameters)} ·{" "}
          <span class="device">{opened.device}</span>
          {opened.measured && (
            <span class="measured" title={text.model.measuredHow(opened.measured)}>
              {text.model.measured(opened.measured)}
            </span>
          )}
        </p>
      )}
      {opened?.warnings.map((warning) => (
        <p key={warning} class="warning">
          {warning}
        </p>
      ))}
      <Offered />
      <label class="button" title={text.model.chooseHint}>
        {text.model.choose}
        <input
          type="file"
          {...{ webkitdirectory: true }}
          onChange={(event) => {
            const files = [...(event.currentTarget.files ?? [])];
            // The same folder can be chosen again.
            event.currentTarget.value = "";
            void take(() => pickedTree(files));
          }}
        />
      </label>
    </div>
  );
}

/** A choice among the models that the server offers, where there are several. */
function Offered() {
  const { model } = view.value;
  const names = [...new Set([...offered.value, model])];
  if (names.length < 2) return null;
  return (
    <select
      aria-label={text.model.offered}
      value={model}
      onChange={(event) => show(otherModel(event.currentTarget.value))}
    >
      {names.map((name) => (
        <option key={name} value={name}>
          {name}
        </option>
      ))}
    </select>
  );
}
