/** A text and its translation as words that show what belongs to them. */
import type { Place, Sentence } from "./ask.web.ts";

interface Word extends Place {
  readonly span: HTMLElement;
}

/**
 * Shows both texts in their elements. A word that is pointed at, focused or tapped is marked with those that belong to it;
 * the arrow keys, Home and End go through the words of a text, which is one stop of the Tab key.
 */
export function showLinkedWords(
  shown: { readonly source: HTMLElement; readonly target: HTMLElement },
  texts: { readonly source: string; readonly target: string },
  sentences: readonly Sentence[],
): void {
  const links = sentences.flatMap((sentence) => sentence.links ?? []);
  const words = {
    source: writeWords(shown.source, texts.source),
    target: writeWords(shown.target, texts.target),
  };
  const linked = (word: Word, side: "source" | "target"): Word[] => {
    const own = links.filter((link) => meets(link[side], word));
    const other = side === "source" ? "target" : "source";
    return [word, ...words[other].filter((each) => own.some((link) => meets(link[other], each)))];
  };
  const mark = (marked: readonly Word[]): void => {
    for (const { span } of [...words.source, ...words.target])
      span.classList.toggle(
        "marked",
        marked.some((word) => word.span === span),
      );
  };
  for (const side of ["source", "target"] as const)
    for (const [i, word] of words[side].entries()) {
      const { span } = word;
      const partners = linked(word, side).slice(1);
      const name = partners.map(({ span: partner }) => partner.textContent).join(" ");
      span.setAttribute("aria-label", `${span.textContent}: ${name || "nothing belongs to it"}`);
      const show = (): void => mark([word, ...partners]);
      span.addEventListener("pointerenter", show);
      span.addEventListener("focus", show);
      span.addEventListener("click", () => span.focus());
      span.addEventListener("pointerleave", (event) => {
        if (event.pointerType === "mouse" && document.activeElement !== span) mark([]);
      });
      span.addEventListener("blur", () => mark([]));
      span.addEventListener("keydown", (event) => {
        const next = nextWord(event.key, i, words[side].length);
        if (next === undefined) return;
        event.preventDefault();
        span.tabIndex = -1;
        const to = words[side][next]?.span;
        if (to) to.tabIndex = 0;
        to?.focus();
      });
    }
}

const meets = (a: Place, b: Place): boolean => a.from < b.to && b.from < a.to;

function nextWord(key: string, at: number, count: number): number | undefined {
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[key];
  return step === undefined ? undefined : Math.min(Math.max(at + step, 0), count - 1);
}

function writeWords(element: HTMLElement, text: string): Word[] {
  const words: Word[] = [];
  element.replaceChildren();
  let at = 0;
  for (const { 0: word, index } of text.matchAll(/\S+/g)) {
    element.append(text.slice(at, index));
    const span = document.createElement("span");
    span.className = "word";
    span.textContent = word;
    span.setAttribute("role", "button");
    span.tabIndex = words.length === 0 ? 0 : -1;
    element.append(span);
    at = index + word.length;
    words.push({ from: index, to: at, span });
  }
  element.append(text.slice(at));
  return words;
}
