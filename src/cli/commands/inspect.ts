import { evidenceKinds } from "../../inspect/evidence/kinds.ts";
import { command } from "../command.ts";
import { device, deviceOption } from "../device.ts";
import { views } from "../inspect-options.ts";
import { attentionNames } from "../inspected.ts";

export default command({
  name: "inspect",
  summary: "Show what happens inside a model as it reads a text.",
  description: `Show what happens inside a model as it reads a text: attention as squares, as
ribbons and as what it mixes into each token's vector, every head of every
layer, a recurrent network step by step, and the probability of each token
beside its rivals.

The ending of --out decides the form: a page (.html), one picture (.svg, .png),
all numbers as JSON (.json) or one number a line (.csv). A translator is given
--target, or shows its own translation. --view chooses the picture:

  heatmap  a square for each pair of tokens; frames mark known word links
  ribbons  bands from the tokens that are read, a colour for each head
  bars     each vector as the lengths of what it is made of
  grid     every head of a layer, beside their mean
  steps    a recurrent network's gates, state, attention and output

.png needs the optional package @resvg/resvg-js, and fonts.

--evidence adds other measures of what each token counts for: norms of weighted
values, rollout, gradients, zeroed values, and leaving tokens out, with the rank
correlation of each with leaving out. It is about a decoder's cross-attention,
or self-attention where there is no decoder.`,
  examples: [
    'heed inspect runs/en-fr --text "We see the green car." --out attention.html',
    'heed inspect runs/en-fr --text "We see." --target "Nous voyons." --gold "0-0 1-1" --out a.svg',
    'heed inspect runs/en-fr --text "We see the green car." --view ribbons --head 2 --out a.png',
    'heed inspect runs/en-fr --text "We see." --target "Nous voyons." --out a.html --evidence norms,leaveOneOut',
    'heed inspect runs/shakespeare --text "To be, or not" --taps "layers.*.attention.scores" --out scores.json',
  ],
  args: ["run"],
  options: {
    text: { type: "string", value: "TEXT", help: "the text to read" },
    target: { type: "string", value: "TEXT", help: "translator: the translation; classifier: the label" },
    out: { type: "string", value: "FILE", help: "where to write: .html, .svg, .png, .json or .csv" },
    view: { type: "string", value: "VIEW", help: `svg, png: ${views.join(", ")} (default: heatmap)` },
    attention: {
      type: "string",
      value: "WHICH",
      help: `svg, png: ${attentionNames.join(", ")} (default: the first that the model has)`,
    },
    gold: { type: "string", value: "LINKS", help: "translator: known word links to frame, as 0-0 1-2" },
    taps: {
      type: "list",
      value: "PATTERN",
      help: "json, csv: values to write, as decoder.*.cross.weights (default: all weights and gates); see docs/taps.md",
    },
    evidence: {
      type: "string",
      value: "KINDS",
      help: `html: of ${evidenceKinds.join(", ")}, with commas`,
    },
    layer: {
      type: "number",
      whole: true,
      range: [1, 1000],
      help: "pictures: the layer that is shown large (default: the last)",
    },
    head: {
      type: "number",
      whole: true,
      range: [1, 1000],
      help: "pictures: the head that is shown large (default: their mean)",
    },
    device: deviceOption,
  },
  async run(options, io) {
    const { inspectText } = await import("../inspect-text.ts");
    return inspectText(options, io, () => device(options.device, io));
  },
});
