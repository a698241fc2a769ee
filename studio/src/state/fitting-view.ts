/** Which views can show a model, and which model to show in a view that cannot show the open one. */
import type { ViewName } from "./view.ts";

/** What of a model decides. */
export interface Shown {
  readonly task: "translate" | "generate" | "classify";
  readonly kind: string;
  /** Whether its equations are those that *Steps* shows. Default true. */
  readonly hasSteps?: boolean;
  readonly heads: Readonly<Record<string, number>>;
}

const needs: Readonly<Partial<Record<ViewName, (model: Shown) => boolean>>> = {
  translate: ({ task }) => task === "translate",
  steps: ({ task, kind, hasSteps = true }) => task === "translate" && kind === "transformer" && hasSteps,
  heads: ({ heads }) => Object.keys(heads).length > 0,
  recurrent: ({ kind }) => kind !== "transformer",
  language: ({ task }) => task === "generate",
  classify: ({ task }) => task === "classify",
};

export const fitsView = (name: ViewName, model: Shown): boolean => needs[name]?.(model) ?? true;

/** The view in which a model does what it was trained for. */
export const homeOf = ({ task }: Shown): ViewName =>
  (({ translate: "translate", generate: "language", classify: "classify" }) as const)[task];

/** A model by its name on the server, with a text for it, and the model beside it. */
export interface ModelAndText {
  readonly model: string;
  readonly text: string;
  readonly beside?: string;
}

const translator = { model: "phrasebook", text: "We do not see the small green car." };

/** The models that come with the studio, by the views that need them. */
export const bundledFor: Readonly<Partial<Record<ViewName, ModelAndText>>> = {
  translate: translator,
  steps: translator,
  heads: translator,
  recurrent: {
    model: "gru-attention",
    beside: "gru-summary",
    text: "A princess used to return to the church on Sundays.",
  },
  language: { model: "sentences", text: "We do not" },
  classify: { model: "animals", text: "The small dog sees the horse." },
};
