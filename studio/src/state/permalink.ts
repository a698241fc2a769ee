import { firstView, type View, viewNames } from "./view.ts";

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
      return [key, text === null ? first : parsed(text, first)];
    }),
  );
  const view = viewNames.find((each) => each === name) ?? firstView.view;
  return { ...(read as unknown as View), view };
}

function parsed(text: string, first: unknown): unknown {
  if (typeof first === "string" && !/^-?\d+$/.test(text)) return text;
  try {
    const value: unknown = JSON.parse(text);
    const isLike = Array.isArray(value) === Array.isArray(first) && typeof value !== "object";
    return isLike || (Array.isArray(value) === true && Array.isArray(first)) ? value : first;
  } catch {
    return first;
  }
}
