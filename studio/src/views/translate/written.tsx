import { growingParts } from "../../pictures/growing.ts";
import { best, growing } from "./translation.ts";

/** The translation: what is written so far while it is decoded, and then all of it. */
export function Written() {
  const [step, whole] = [growing.value, best.value?.text];
  const { fixed, open } = step ? growingParts(step) : { fixed: whole ?? "", open: "" };
  return (
    <output class="translation" aria-live="polite" aria-busy={step !== undefined}>
      <bdi class={step && "growing"}>
        {fixed}
        {open && <span class="open">{open}</span>}
        {!step && !whole && "\u00a0"}
      </bdi>
      {/* The one before keeps its room until the new one is whole: nothing below moves meanwhile. */}
      {step && whole && (
        <bdi class="before" aria-hidden="true">
          {whole}
        </bdi>
      )}
    </output>
  );
}
