import { effect, signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { FolderButton } from "./folder-button.tsx";
import { Misfit } from "./misfit.tsx";
import { card, fault, messageOf, offered, refusal } from "./model/client.ts";
import { otherModel } from "./state/fit.ts";
import { fitsView } from "./state/fitting-view.ts";
import { canUndo, show, undo, view } from "./state/store.ts";
import type { ViewName } from "./state/view.ts";
import { text } from "./text.ts";
import { StartTour, Tour } from "./tour/tour.tsx";

/** The views that are here, in the order of their tabs; the code of each is loaded when it is first looked at. */
const views: Readonly<Partial<Record<ViewName, () => Promise<ComponentType>>>> = {
  translate: async () => (await import("./views/translate/translate.tsx")).Translate,
  steps: async () => (await import("./views/steps/steps.tsx")).Steps,
  heads: async () => (await import("./views/heads/heads.tsx")).Heads,
  recurrent: async () => (await import("./views/recurrent/recurrent.tsx")).Recurrent,
  train: async () => (await import("./views/train/train.tsx")).Train,
  language: async () => (await import("./views/language/language.tsx")).Language,
  classify: async () => (await import("./views/classify/classify.tsx")).Classify,
  runs: async () => (await import("./views/runs/runs.tsx")).Runs,
};

const loaded = signal<Readonly<Partial<Record<ViewName, ComponentType>>>>({});

effect(() => {
  const name = view.value.view;
  if (loaded.value[name]) return;
  const load = views[name] ?? views.translate;
  load?.().then(
    (component) => {
      loaded.value = { ...loaded.peek(), [name]: component };
    },
    (error) => {
      fault.value = messageOf(error);
    },
  );
});

/** Views of something else than the opened model. */
const needsNoModel = (name: ViewName): boolean => name === "train" || name === "runs";

/** The whole page: what is open, the tabs, and the view. */
export function App() {
  const name = view.value.view in views ? view.value.view : "translate";
  const Shown = loaded.value[name];
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
        <StartTour />
        <button type="button" class="quiet undo" disabled={!canUndo.value} onClick={undo}>
          {text.undo}
        </button>
      </div>
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
      <main id="view" class={`view-${name}`} tabIndex={-1}>
        {!Shown || (!opened && !needsNoModel(name)) ? (
          !refusal.value && <p class="waiting">{text.model.opening}</p>
        ) : !opened || fitsView(name, opened) ? (
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
          <strong>{opened.name}</strong> · {opened.kind} · {text.model.parameters(opened.parameters)}
          {opened.measured && (
            <span title={text.model.measuredHow(opened.measured)}>
              {" · "}
              <span class="measured">{text.model.measured(opened.measured)}</span>
            </span>
          )}
          <span class="device">{opened.device}</span>
        </p>
      )}
      {opened?.warnings.map((warning) => (
        <p key={warning} class="warning">
          {warning}
        </p>
      ))}
      <Offered />
      <FolderButton label={text.model.choose} title={text.model.chooseHint} />
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
