import type { ComponentType } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Misfit } from "./misfit.tsx";
import { card, fault, offered, openFolder } from "./model/client.ts";
import { pickedFolder } from "./model/files.ts";
import { otherModel } from "./state/fit.ts";
import { fitsView } from "./state/fitting-view.ts";
import { canUndo, isModelNewer, show, undo, view } from "./state/store.ts";
import type { ViewName } from "./state/view.ts";
import { text } from "./text.ts";
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
  const name = view.value.view in views ? view.value.view : "translate";
  const Shown = views[name] ?? Translate;
  const opened = card.value;
  return (
    <div class="studio">
      <button type="button" class="skip" onClick={() => document.getElementById("view")?.focus()}>
        {text.skip}
      </button>
      <header>
        <h1>{text.title}</h1>
        <Opened />
      </header>
      <div class="tab-bar">
        <Tabs shown={name} />
        <button type="button" class="quiet" disabled={!canUndo.value} onClick={undo}>
          {text.undo}
        </button>
      </div>
      {fault.value && (
        <p class="fault" role="alert">
          {text.failed}: {fault.value}
        </p>
      )}
      <main id="view" class={`view-${name}`} tabIndex={-1}>
        {!opened ? (
          <p class="waiting">{text.model.opening}</p>
        ) : fitsView(name, opened) ? (
          <Shown />
        ) : (
          <Misfit name={name} opened={opened} />
        )}
      </main>
    </div>
  );
}

/** The tabs: one row, which scrolls where there is no room for all. */
function Tabs({ shown }: { readonly shown: ViewName }) {
  const row = useRef<HTMLElement>(null);
  useEffect(() => {
    const tab = row.current?.querySelector<HTMLElement>("[aria-current]");
    if (row.current && tab)
      row.current.scrollLeft = tab.offsetLeft - (row.current.clientWidth - tab.clientWidth) / 2;
  }, [shown]);
  return (
    <nav class="tabs" ref={row} aria-label={text.tabs}>
      {(Object.keys(views) as ViewName[]).map((each) => (
        <button
          type="button"
          key={each}
          class="tab"
          aria-current={each === shown ? "page" : undefined}
          onClick={() => show({ view: each })}
        >
          {text.views[each]}
        </button>
      ))}
    </nav>
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
            if (!files) return;
            isModelNewer.value = true;
            void pickedFolder(files).then(openFolder);
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
