/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/** The page to translate in. What comes from the server or its user is only ever text, never markup. */
import { ask, type Language, Refusal, type Sentence, type Settings, type Translated } from "./ask.web.ts";
import { showLinkedWords } from "./linked-words.web.ts";
import { partsOf } from "./parts.web.ts";

const by = <E extends HTMLElement>(id: string): E => document.getElementById(id) as E;
const form = by<HTMLFormElement>("form");
const text = by<HTMLTextAreaElement>("text");
const output = by<HTMLOutputElement>("output");
const [source, target] = [by<HTMLSelectElement>("source"), by<HTMLSelectElement>("target")];
const [swap, go, stop, copy] = ["swap", "go", "stop", "copy"].map((id) => by<HTMLButtonElement>(id)) as [
  HTMLButtonElement,
  HTMLButtonElement,
  HTMLButtonElement,
  HTMLButtonElement,
];
const key = by<HTMLInputElement>("key");
const bar = by<HTMLProgressElement>("progress");

/** How many other translations to ask for. */
const ALTERNATIVES = 3;

let languages: readonly Language[] = [];
let limit = Number.POSITIVE_INFINITY;
let running: AbortController | undefined;

const say = (id: string, message: string): void => {
  by(id).textContent = message;
};
const show = (id: string, isShown: boolean): void => {
  by(id).hidden = !isShown;
};
const nameOf = (code: string): string => languages.find((each) => each.code === code)?.name ?? nameIn(code);
const english = new Intl.DisplayNames(["en"], { type: "language", fallback: "code" });
const nameIn = (code: string): string => english.of(code) ?? code;

/** Fills the lists; with keys, the server says nothing before it has one. */
async function start(): Promise<void> {
  try {
    const settings = await ask<Settings>("frontend/settings", { key: key.value });
    limit = settings.charLimit > 0 ? settings.charLimit : limit;
    show("key-row", settings.keyRequired || key.value !== "");
    languages = await ask<Language[]>("languages", { key: key.value });
    fill(source, [["auto", "Detect"], ...languages.map(({ code, name }): [string, string] => [code, name])]);
    if (languages.length === 1) source.value = languages[0]?.code ?? "auto";
    fillTargets();
    counted();
    say("error", "");
  } catch (error) {
    fail(error);
  }
}

function fill(list: HTMLSelectElement, entries: readonly (readonly [string, string])[]): void {
  const before = list.value;
  list.replaceChildren(
    ...entries.map(([value, name]) => {
      const option = document.createElement("option");
      option.value = value;
      option.textContent = name;
      return option;
    }),
  );
  if (entries.some(([value]) => value === before)) list.value = before;
}

/** What the chosen language can be translated into. */
function fillTargets(): void {
  const from = source.value === "auto" ? languages : languages.filter(({ code }) => code === source.value);
  const codes = [...new Set(from.flatMap(({ targets }) => targets))].sort();
  fill(
    target,
    codes.map((code) => [code, nameOf(code)]),
  );
  swap.disabled = !languages.some(
    ({ code, targets }) => code === target.value && targets.includes(source.value),
  );
}

function counted(): void {
  const count = text.value.length;
  const most = limit.toLocaleString("en-US");
  say("count", Number.isFinite(limit) ? `${count} of ${most} characters` : `${count} characters`);
  by("count").classList.toggle("over", count > limit);
  go.disabled = count > limit || text.value.trim() === "" || running !== undefined;
}

function fail(error: unknown): void {
  const isStopped = error instanceof DOMException && error.name === "AbortError";
  say("status", isStopped ? "Stopped." : "");
  if (isStopped) return;
  if (error instanceof Refusal && (error.status === 401 || error.status === 403)) {
    show("key-row", true);
    key.focus();
  }
  const isAnswer = error instanceof Refusal;
  say(
    "error",
    isAnswer ? error.message : "The server cannot be reached. Check the connection and try again.",
  );
}

/** Forgets what was translated before. */
function clear(): void {
  for (const id of ["aligned", "others", "copy", "repaired"]) show(id, false);
  for (const id of ["error", "status", "detected"]) say(id, "");
  output.textContent = "";
}

async function translate(): Promise<void> {
  if (go.disabled) return;
  running = new AbortController();
  const { signal } = running;
  clear();
  counted();
  const whole = text.value;
  const parts = partsOf(whole);
  show("stop", true);
  show("progress", true);
  bar.max = parts.length;
  bar.removeAttribute("value");
  say("status", "Translating…");
  let from = source.value;
  let written = "";
  let read = 0;
  let others: readonly string[] = [];
  const sentences: Sentence[] = [];
  let isLinked = true;
  const asked = (part: string): Promise<Translated> =>
    ask<Translated>("translate", {
      body: {
        q: part,
        source: from,
        target: target.value,
        alternatives: parts.length === 1 ? ALTERNATIVES : 0,
        alignment: true,
      },
      key: key.value,
      signal,
      onWait: (seconds, message) => say("status", `${message} Trying again in ${seconds} s…`),
    });
  try {
    for (const [i, part] of parts.entries()) {
      let answer = await asked(part);
      const found = answer.detectedLanguage;
      if (found) {
        from = found.language;
        say("detected", `${nameOf(from)}, ${Math.round(found.confidence)} % sure`);
        // Nobody wants a text in the language that it has.
        const [other] = languages.find(({ code }) => code === from)?.targets ?? [];
        if (from === target.value && other !== undefined) {
          target.value = other;
          answer = await asked(part);
        }
      }
      isLinked &&= answer.sentences !== undefined;
      sentences.push(...(answer.sentences ?? []).map((sentence) => moved(sentence, read, written.length)));
      read += part.length;
      written += answer.translatedText;
      others = answer.alternatives ?? [];
      output.textContent = written;
      bar.value = i + 1;
      say("status", parts.length === 1 ? "" : `${i + 1} of ${parts.length} parts`);
    }
    say("status", "Done.");
    finish(whole, written, others, isLinked ? sentences : []);
  } catch (error) {
    fail(error);
  } finally {
    running = undefined;
    show("stop", false);
    show("progress", false);
    show("copy", written !== "");
    counted();
  }
}

/** Shows what there is beside the translation. */
function finish(
  read: string,
  written: string,
  others: readonly string[],
  sentences: readonly Sentence[],
): void {
  const repaired = sentences.filter((sentence) => sentence.isRepaired).length;
  show("repaired", repaired > 0);
  say("repaired", "A sentence went in circles and was translated again.");
  show(
    "aligned",
    sentences.some(({ links = [] }) => links.length > 0),
  );
  showLinkedWords(
    { source: by("source-words"), target: by("target-words") },
    { source: read, target: written },
    sentences,
  );
  show("others", others.length > 0);
  by("alternatives").replaceChildren(
    ...others.map((other) => {
      const item = document.createElement("li");
      item.textContent = other;
      return item;
    }),
  );
}

/** A sentence of a part, in the whole texts. */
function moved(sentence: Sentence, read: number, written: number): Sentence {
  const shift = ({ from, to }: Sentence["source"], by: number): Sentence["source"] => ({
    from: from + by,
    to: to + by,
  });
  return {
    ...sentence,
    source: shift(sentence.source, read),
    target: shift(sentence.target, written),
    links: (sentence.links ?? []).map((link) => ({
      source: shift(link.source, read),
      target: shift(link.target, written),
    })),
  };
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  void translate();
});
text.addEventListener("input", counted);
text.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  void translate();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") running?.abort();
});
stop.addEventListener("click", () => running?.abort());
source.addEventListener("change", fillTargets);
target.addEventListener("change", fillTargets);
key.addEventListener("change", () => void start());
copy.addEventListener("click", async () => {
  await navigator.clipboard.writeText(output.textContent ?? "");
  say("status", "Copied.");
});
swap.addEventListener("click", () => {
  const before = source.value;
  source.value = target.value;
  fillTargets();
  target.value = before;
  fillTargets();
  text.value = output.textContent || text.value;
  clear();
  counted();
});
void start();
