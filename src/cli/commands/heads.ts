import { command } from "../command.ts";
import { device, deviceOption } from "../device.ts";

export default command({
  name: "heads",
  summary: "Say what each attention head does, and what the loss is without it.",
  description: `Say what each attention head of a model does: where it looks, which head is
most like it, what the loss is without it, and which features of a sentence
need it. The most important heads come first.

Without files a translator that was trained on the phrasebook is given test
pairs of the phrasebook. It is also tested on minimal pairs of sentences that
differ in one feature alone: tense (sees, saw), gender (he, she), agreement,
number, negation, question and article. A head is named after a feature if
leaving it out costs the right word more of its lead over the pair's other word
than chance explains, and more than it costs the other features: permutation
tests, corrected by Holm's method for all heads and features.

--over-checkpoints follows the heads through training: training.keep decides how
many checkpoints there are.`,
  examples: [
    "heed heads runs/en-fr --pairs test.tsv",
    "heed heads runs/en-fr --source test.en --target test.fr --out heads.html",
    "heed heads runs/en-fr --corpus phrasebook --json > heads.json",
    "heed heads runs/shakespeare --text test.txt --sentences 8",
    "heed heads runs/polarity --labelled test.tsv",
    "heed heads runs/en-fr --pairs test.tsv --over-checkpoints --out training.html",
  ],
  args: ["run"],
  options: {
    source: { type: "string", value: "FILE", help: "translator: sentences, one a line" },
    target: { type: "string", value: "FILE", help: "their translations" },
    pairs: { type: "string", value: "FILE", help: "a TSV with both, instead of --source and --target" },
    corpus: { type: "string", value: "NAME", help: "phrasebook: its test pairs, instead of files" },
    labelled: { type: "string", value: "FILE", help: "classifier: lines of label, tab, text" },
    text: { type: "string", value: "FILE", help: "language model: plain text" },
    sentences: {
      type: "number",
      whole: true,
      range: [1, 1e6],
      help: "read the first N sentences, or windows of a text (default: 100; windows of 2000 tokens in all)",
    },
    contrasts: {
      type: "number",
      whole: true,
      range: [0, 1000],
      help: "phrasebook: minimal pairs of each feature, 0 for none (default: 24)",
    },
    mean: {
      type: "boolean",
      help: "json, html: also the loss with a head's output replaced by its mean",
    },
    overCheckpoints: { type: "boolean", help: "json, html: the same for every checkpoint of the run" },
    out: { type: "string", value: "FILE", help: "write an HTML page with a grid of all heads" },
    device: deviceOption,
    json: {
      type: "boolean",
      help: "one JSON object: {run, data, loss, heads: [{place, head, deltaLoss, …}], attentions, features}",
    },
  },
  async run(options, io) {
    const { heads } = await import("../heads-report.ts");
    return heads(options, io, () => device(options.device, io));
  },
});
