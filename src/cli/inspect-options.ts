import { extname } from "node:path";
import { heedError } from "../errors.ts";
import { type EvidenceKind, evidenceKinds } from "../inspect/evidence/evidence.ts";

export interface InspectOptions {
  readonly run: string;
  readonly text?: string | undefined;
  readonly target?: string | undefined;
  readonly out?: string | undefined;
  readonly view?: string | undefined;
  readonly attention?: string | undefined;
  readonly gold?: string | undefined;
  readonly taps: readonly string[];
  readonly evidence?: string | undefined;
  readonly layer?: number | undefined;
  readonly head?: number | undefined;
}

export const usage = (where: string, cause: string, remedy: string): Error =>
  heedError("ERR_USAGE", { where, cause, remedy });

/** Forms of output, by the ending of the file. */
const forms = [".html", ".svg", ".png", ".json", ".csv"] as const;
export type Form = (typeof forms)[number];

/** What one picture shows. */
export const views = ["heatmap", "ribbons", "bars", "grid", "steps"] as const;
export type View = (typeof views)[number];

/** Options that need certain forms or views, and those where they have an effect. */
const effects: Readonly<
  Partial<Record<keyof InspectOptions, { readonly forms: readonly Form[]; readonly views?: readonly View[] }>>
> = {
  view: { forms: [".svg", ".png"] },
  attention: { forms: [".svg", ".png"], views: ["heatmap", "ribbons", "bars", "grid"] },
  layer: { forms: [".html", ".svg", ".png"], views: ["heatmap", "ribbons", "bars", "grid"] },
  head: { forms: [".html", ".svg", ".png"], views: ["heatmap", "ribbons", "bars"] },
  gold: { forms: [".html", ".svg", ".png"], views: ["heatmap"] },
  evidence: { forms: [".html"] },
  taps: { forms: [".json", ".csv"] },
};

export interface CheckedOptions extends InspectOptions {
  readonly text: string;
  readonly out: string;
  readonly form: Form;
  readonly shown: View;
  readonly kinds: readonly EvidenceKind[];
}

/** @throws ERR_USAGE for what is missing, unknown or without effect. */
export function checked(options: InspectOptions): CheckedOptions {
  const { text, out } = options;
  if (text === undefined) throw usage("heed inspect", "no text", 'give --text "…"');
  if (out === undefined)
    throw usage("heed inspect", "no output", "give --out FILE.html, .svg, .png, .json or .csv");
  const form = forms.find((each) => each === extname(out).toLowerCase());
  if (!form) throw usage("--out", `"${extname(out)}" is not a form of output`, `choose ${forms.join(", ")}`);
  const shown = oneOf("--view", options.view ?? "heatmap", views);
  refuseWithoutEffect(options, form, shown);
  const names = (options.evidence ?? "").split(",").map((name) => name.trim());
  const kinds = names.filter((name) => name !== "").map((name) => oneOf("--evidence", name, evidenceKinds));
  return { ...options, text, out, form, shown, kinds };
}

export function oneOf<T extends string>(where: string, name: string, choices: readonly T[]): T {
  const choice = choices.find((each) => each === name);
  if (choice === undefined) throw usage(where, `"${name}" is unknown`, `choose ${choices.join(", ")}`);
  return choice;
}

function refuseWithoutEffect(options: InspectOptions, form: Form, shown: View): void {
  for (const [name, needs] of Object.entries(effects)) {
    const value = options[name as keyof InspectOptions];
    if (value === undefined || (Array.isArray(value) && value.length === 0)) continue;
    if (!needs.forms.includes(form))
      throw usage(`--${name}`, `has no effect on ${form}`, `write ${orOf(needs.forms)}`);
    if (form !== ".html" && needs.views && !needs.views.includes(shown))
      throw usage(`--${name}`, `has no effect on --view ${shown}`, `choose --view ${orOf(needs.views)}`);
  }
}

const orOf = (names: readonly string[]): string =>
  names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
