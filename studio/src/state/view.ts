/** What is on the screen: one record, which the address of the page holds. */
import type { EvidenceKind, Intervention, Removable } from "heed/inspect";
import { firstSetup, type Setup } from "../model/training-setup.ts";

export const viewNames = [
  "translate",
  "steps",
  "heads",
  "recurrent",
  "train",
  "language",
  "classify",
  "runs",
] as const;
export type ViewName = (typeof viewNames)[number];

export const evidenceNames = ["weights", "norms", "leaveOneOut"] as const;
export type EvidenceName = (typeof evidenceNames)[number];

export interface View {
  readonly view: ViewName;
  /** The model, by the name under which the server or the person gave it. */
  readonly model: string;
  readonly text: string;
  /** Tokens that the translation has to begin with. */
  readonly forced: readonly string[];
  /** A decoder layer, from 0. -1 is the last, -2 the mean of all. */
  readonly layer: number;
  /** A head, from 0. */
  readonly head: number | "mean";
  /** The row of a written token: of the step that writes it, or of the one that reads it. */
  readonly row: "output" | "input";
  readonly evidence: EvidenceName;
  readonly beam: number;
  readonly intervene: readonly Intervention[];
  /** Parts that the model runs without. */
  readonly off: readonly Removable[];
  /** The word that is looked at: its place on the written side. -1 is none. */
  readonly place: number;
  /** A piece that could have stood in its place; empty for the likeliest. */
  readonly rival: string;
  /** How it is measured why it did not. */
  readonly why: EvidenceKind;
  /** The station of the walk through the model, from 0. */
  readonly station: number;
  /** The attention that is walked through: of the encoder, of the decoder to itself, or to the source. */
  readonly attention: "encoder" | "decoder" | "cross";
  /** Its layer, from 0. */
  readonly block: number;
  /** The query, the key and the component of vectors that the walk looks at, from 0. */
  readonly query: number;
  readonly key: number;
  readonly component: number;
  /** The head that is enlarged, `decoder.1.cross/2` with heads from 0, and the one that is laid over it. Empty is none. */
  readonly enlarged: string;
  readonly overlay: string;
  /** The step of training whose weights are looked at. -1 is the end of it. */
  readonly step: number;
  /** Words that the recurrent encoder has read; -1 is all of them. */
  readonly read: number;
  readonly gates: boolean;
  /** The model beside the opened one, by its name; empty is none. */
  readonly beside: string;
  /** The two runs that are put beside each other, by name. Empty is the best, and the best that differs in more than its seed. */
  readonly first: string;
  readonly second: string;
  /** What is drawn of all runs: `training` is the loss in training, `loss` on validation data, others are scores. */
  readonly curve: string;
  readonly along: "step" | "time";
  /** How the next token is drawn, as in `nextTokens`; a `topK` of 0 is all of them. */
  readonly temperature: number;
  readonly topK: number;
  readonly topP: number;
  /** The label whose words are shown, by its place among the likeliest, from 0. */
  readonly label: number;
  /** What is to be trained, as in `Setup`: of what a person gives to learn from, an address holds the kind alone. */
  readonly corpus: Setup["corpus"];
  readonly rung: Setup["rung"];
  readonly size: Setup["size"];
  readonly without: Setup["without"];
  readonly guided: boolean;
  readonly updates: number;
  readonly watched: string;
  /** The stop of the guided tour, from 1; 0 when nobody is on tour. */
  readonly tour: number;
}

export const firstView: View = {
  view: "translate",
  model: "phrasebook",
  text: "We do not see the small green car.",
  forced: [],
  layer: -1,
  head: "mean",
  row: "output",
  evidence: "weights",
  beam: 4,
  intervene: [],
  off: [],
  place: -1,
  rival: "",
  why: "leaveOneOut",
  station: 0,
  attention: "encoder",
  block: 0,
  query: 0,
  key: 0,
  component: 0,
  enlarged: "",
  overlay: "",
  step: -1,
  read: -1,
  gates: false,
  beside: "",
  first: "",
  second: "",
  curve: "loss",
  along: "step",
  temperature: 1,
  topK: 0,
  topP: 1,
  label: 0,
  corpus: firstSetup.corpus,
  rung: firstSetup.rung,
  size: firstSetup.size,
  without: firstSetup.without,
  guided: firstSetup.guided,
  updates: firstSetup.steps,
  watched: firstSetup.sentence,
  tour: 0,
};
