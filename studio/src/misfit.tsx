import { useEffect } from "preact/hooks";
import { isOpening, offered } from "./model/client.ts";
import type { Card } from "./model/session.ts";
import { otherModel } from "./state/fit.ts";
import { bundledFor, fitsView, homeOf, type ModelAndText } from "./state/fitting-view.ts";
import { isModelNewer, settle, show, view } from "./state/store.ts";
import { firstView, type ViewName, viewNames } from "./state/view.ts";
import { text } from "./text.ts";

const words = text.model;

/** What was open last in each view. */
const left = new Map<ViewName, ModelAndText>();

interface MisfitProps {
  readonly name: ViewName;
  readonly opened: Card;
}

/**
 * In place of a view that cannot show the open model. The newer choice stands: a model moves to a view of its own, and a view
 * opens a model of its own, if the open one can be had again. Else it says what is needed.
 */
export function Misfit({ name, opened }: MisfitProps) {
  const bundled = bundledFor[name];
  const canReopen = offered.value.includes(opened.name);
  const isSettled = isOpening.value || isModelNewer.value || canReopen;
  useEffect(() => {
    if (isOpening.value) return;
    if (isModelNewer.value) show({ view: homeOf(opened) });
    else if (bundled && canReopen) openInstead(name, opened, bundled);
  }, [name, opened, canReopen, isOpening.value]);
  if (isSettled) return <p class="waiting">{words.opening}</p>;
  const toTrain = { language: "generate", classify: "classify", recurrent: "recurrent" } as const;
  const command = words.train[toTrain[name as keyof typeof toTrain] ?? "translate"];
  return (
    <section class="panel ready misfit">
      <p>
        {words.misfit(
          opened.name,
          words.is(opened.kind, opened.task),
          words.wanted[name as keyof typeof words.wanted] ?? "",
        )}
      </p>
      {bundled && (
        <p>
          <button type="button" onClick={() => openInstead(name, opened, bundled)}>
            {words.openBundled(bundled.model)}
          </button>
        </p>
      )}
      <p class="note">{words.trainOne}</p>
      <pre>{`${command}\nheed studio ${command.split(" ").at(-1)}`}</pre>
    </section>
  );
}

/** Opens what was last open in a view, or else what comes with the studio; the open model stays known to the views that show it. */
function openInstead(name: ViewName, opened: Card, bundled: ModelAndText): void {
  const { text: source, beside } = view.peek();
  if (offered.peek().includes(opened.name))
    for (const each of viewNames)
      if (fitsView(each, opened)) left.set(each, { model: opened.name, text: source, beside });
  const { model, text: other, beside: second = "" } = left.get(name) ?? bundled;
  settle({ ...otherModel(model), text: other, beside: second });
}

/** The model of an address that names a view alone. */
export function settleFirst(): void {
  const { view: name, text: source } = view.peek();
  const bundled = bundledFor[name];
  if (isModelNewer.peek() || !bundled || bundled.model === firstView.model) return;
  const { model, text: other, beside = "" } = bundled;
  settle({ model, beside, ...(source === firstView.text ? { text: other } : {}) });
}
