import { command } from "../command.ts";
import { device, deviceOption } from "../device.ts";
import { metricOptions } from "../metric-options.ts";
import { shardOptions } from "../shard.ts";

export default command({
  name: "evaluate",
  summary: "Score a run on a test set.",
  description: `Score a run on a test set: a translator by BLEU and chrF, a classifier by
accuracy and macro-F1, a language model by perplexity.

A translator's perplexity is that of the references, over tokens of its own
vocabulary. For other options (of chrF and TER, confidence intervals, several
reference files), save the translations with --output and use \`heed score\`.

--calibrate writes RUN/calibration.json: the probability that a sentence is
right (a chrF of 50 or more) as a function of the mean log probability of its
tokens. \`heed serve\` tells it as confidence. Take pairs that were not trained on.

--shard 3/8 --parts DIR counts every eighth block of 1,024 sentences, from the
third, into DIR/part-3-of-8. \`heed merge DIR\` scores the whole test set: from
the counts, never as a mean of scores. It also writes what --output and
--calibrate ask for.`,
  examples: [
    "heed evaluate runs/en-fr --source test.en --reference test.fr",
    "heed evaluate runs/en-fr --pairs test.tsv --beam 1 --json",
    "heed evaluate runs/en-fr --pairs test.tsv --metrics bleu,chrf++,ter,perplexity",
    "heed evaluate runs/en-fr --pairs valid.tsv --calibrate",
    "heed evaluate runs/polarity --labelled test.tsv",
    "heed evaluate runs/shakespeare --text test.txt",
    "heed evaluate runs/en-fr --pairs test.tsv --shard 3/8 --parts counts --json",
  ],
  args: ["run"],
  options: {
    source: { type: "string", value: "FILE", help: "sentences to translate, one per line" },
    reference: { type: "string", value: "FILE", help: "their reference translations, one per line" },
    pairs: {
      type: "string",
      value: "FILE",
      help: "a TSV of both, instead of --source and --reference; a repeated source has several references",
    },
    labelled: { type: "string", value: "FILE", help: "classifier: lines of label, tab, text" },
    text: { type: "string", value: "FILE", help: "language model: plain text" },
    output: {
      type: "string",
      value: "FILE",
      help: "write the translations to FILE, one for every line of the test set",
    },
    calibrate: {
      type: "boolean",
      help: "translator: write into the run how likely a translation with a score is right, for `heed serve`",
    },
    ...metricOptions,
    metrics: {
      ...metricOptions.metrics,
      help: "translator: comma-separated list of bleu, chrf, chrf++, ter, exact, perplexity",
    },
    beam: {
      type: "number",
      whole: true,
      range: [1, 100],
      help: "hypotheses kept at each step (default: the run's)",
    },
    alpha: { type: "number", range: [0, 5], help: "strength of the length penalty (default: the run's)" },
    batch: { type: "number", whole: true, range: [1, 4096], default: 32, help: "sentences decoded together" },
    ...shardOptions,
    device: deviceOption,
    json: {
      type: "boolean",
      help: "one JSON object: {sentences, bleu, chrf, ..., seconds}, {sentences, accuracy, macroF1, labels, perLabel, confusion} or {tokens, loss, perplexity}",
    },
  },
  async run(options, io) {
    const { openRun } = await import("../../runs/open-run.node.ts");
    const { evaluateRun } = await import("../evaluators.ts");
    const run = openRun(options.run);
    return evaluateRun(run, await device(options.device, io), options, io);
  },
});
