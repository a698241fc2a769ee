import type { ComponentType } from "preact";
import { card, fault, offered, openFolder } from "./model/client.ts";
import { pickedFolder } from "./model/files.ts";
import { otherModel } from "./state/fit.ts";
import { canUndo, show, undo, view } from "./state/store.ts";
import type { ViewName } from "./state/view.ts";
import { text } from "./text.ts";
import { StartTour, Tour } from "./tour/tour.tsx";
import { Classify } from "./views/classify/classify.tsx";
import { Heads } from "./views/heads/heads.tsx";
import { Language } from "./views/language/language.tsx";
import { Recurrent } from "./views/recurrent/recurrent.tsx";
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
};

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
      <Tour />
      {fault.value && (
        <p class="fault" role="alert">
          {text.failed}: {fault.value}
        </p>
      )}
      <main class={`view-${view.value.view}`}>
        {card.value ? <Shown /> : <p class="waiting">{text.model.opening}</p>}
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
            const { files } = event.currentTarget;
            if (files) void pickedFolder(files).then(openFolder);
          }}
        />
      </label>
    </div>
  );
}

/** A choice among the models that the server offers, where there are several. */
function Offered() {
  const names = offered.value;
  if (names.length < 2) return null;
  const { model } = view.value;
  return (
    <select
      aria-label={text.model.offered}
      value={model}
      onChange={(event) => show(otherModel(event.currentTarget.value))}
    >
      {(names.includes(model) ? names : [model, ...names]).map((name) => (
        <option key={name} value={name}>
          {name}
        </option>
      ))}
    </select>
  );
}
