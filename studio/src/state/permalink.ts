import { evidenceKinds, removable } from "heed/inspect";
import { corpusNames, removableParts, rungNames, sizeNames } from "../model/training-setup.ts";
import { evidenceNames, firstView, type View, viewNames } from "./view.ts";

/** A view as the end of an address: what differs from the first view, `#heads?layer=1&text=…`. */
export function toHash(view: View): string {
  const fields = new URLSearchParams();
  for (const [key, value] of Object.entries(view)) {
    const text = JSON.stringify(value);
    if (key === "view" || text === JSON.stringify(firstView[key as keyof View])) continue;
    fields.set(key, typeof value === "string" ? value : text);
  }
  const query = fields.toString();
  return `#${view.view}${query === "" ? "" : `?${query}`}`;
}

/** The view of an address. What it does not hold, or holds in another form, is as in the first view. */
export function fromHash(hash: string): View {
  const [name = "", query = ""] = hash.replace(/^#/, "").split(/\?(.*)/s);
  const fields = new URLSearchParams(query);
  const read = Object.fromEntries(
    Object.entries(firstView).map(([key, first]) => {
      const text = fields.get(key);
      return [key, text === null ? first : parsed(key, text, first)];
    }),
  );
  const view = viewNames.find((each) => each === name) ?? firstView.view;
  return { ...(read as unknown as View), view };
}

const isText = (value: unknown): boolean => typeof value === "string";
const isOneOf =
  (...names: readonly unknown[]) =>
  (value: unknown): boolean =>
    names.includes(value);
const isListOf =
  (isItem: (value: unknown) => boolean) =>
  (value: unknown): boolean =>
    Array.isArray(value) && value.every(isItem);
const isChange = (value: unknown): boolean =>
  typeof value === "object" && value !== null && isText((value as { at?: unknown }).at);

/** Forms that are narrower than "like the first view's": an address can hold anything. */
const forms: Readonly<Partial<Record<string, (value: unknown) => boolean>>> = {
  head: (value) => value === "mean" || Number.isInteger(value),
  row: isOneOf("output", "input"),
  evidence: isOneOf(...evidenceNames),
  why: isOneOf(...evidenceKinds),
  along: isOneOf("step", "time"),
  beam: (value) => Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 10,
  forced: isListOf(isText),
  corpus: isOneOf(...corpusNames),
  rung: isOneOf(...rungNames),
  size: isOneOf(...sizeNames),
  without: isListOf(isOneOf(...removableParts)),
  updates: (value) => Number.isInteger(value) && (value as number) >= 10 && (value as number) <= 100_000,
  tour: (value) => Number.isInteger(value) && (value as number) >= 0,
  off: isListOf(isOneOf(...removable)),
  intervene: isListOf(isChange),
};

function parsed(key: string, text: string, first: unknown): unknown {
  const form = forms[key] ?? ((value) => typeof value === typeof first && !Array.isArray(value));
  const value = typeof first === "string" && key !== "head" ? text : fieldValue(text);
  return form(value) ? value : first;
}

/** JSON, or the text itself. */
function fieldValue(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
