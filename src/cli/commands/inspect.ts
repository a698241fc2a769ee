import { evidenceKinds } from "../../inspect/evidence/kinds.ts";
import { command } from "../command.ts";
import { device, deviceOption } from "../device.ts";

export default command({
  name: "inspect",
  summary: "Show what happens inside a model as it reads a text.",
  description: `Show what happens inside a model as it reads a text: the attention of every layer and
head, the gates of recurrent cells, and the probability of each token.

The ending of --out decides the form: a page (.html), one picture (.svg), all
numbers as JSON (.json) or one number a line (.csv). A translator is given
--target, or shows its own translation.

--evidence adds other measures of what each token counts for: norms of weighted
values, rollout, gradients, zeroed values, and leaving tokens out, with the rank
correlation of each with leaving out. It is about a decoder's cross-attention,
or self-attention where there is no decoder.`,
  examples: [
    'heed inspect runs/en-fr --text "We see the green car." --out attention.html',
    'heed inspect runs/en-fr --text "We see." --target "Nous voyons." --out a.html --evidence norms,leaveOneOut',
    'heed inspect runs/shakespeare --text "To be, or not" --taps "layers.*.attention.scores" --out scores.json',
  ],
  args: ["run"],
  options: {
    text: { type: "string", value: "TEXT", help: "the text to read" },
    target: { type: "string", value: "TEXT", help: "translator: the translation; classifier: the label" },
    out: { type: "string", value: "FILE", help: "where to write: .html, .svg, .json or .csv" },
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
      help: "svg, evidence: layer (default: the last)",
    },
    head: {
      type: "number",
      whole: true,
      range: [1, 1000],
      help: "svg, evidence: head (default: their mean)",
    },
    device: deviceOption,
  },
  async run(options, io) {
    const { inspectText } = await import("../inspect-text.ts");
    return inspectText(options, io, () => device(options.device, io));
  },
});
