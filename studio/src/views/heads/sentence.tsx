import { otherText } from "../../state/fit.ts";
import { show, view } from "../../state/store.ts";

/** The text that a view is about. Another text is another beginning: what was forced or changed is let go. */
export function Sentence({ label }: { readonly label: string }) {
  return (
    <label class="field">
      <span>{label}</span>
      <textarea
        rows={2}
        maxLength={10_000}
        value={view.value.text}
        onInput={(event) => show(otherText(view.value, event.currentTarget.value))}
      />
    </label>
  );
}
