import { command } from "../command.ts";
import { furtherMetricOptions, metricOptions } from "../metric-options.ts";

export default command({
  name: "score",
  summary: "Score translations against references: BLEU, chrF, TER (as in sacreBLEU) and exact match.",
  description: `Score translations against references: BLEU, chrF and TER equal to sacreBLEU's,
each with its signature, and exact match. Line i of each file is sentence i.

TER is an error rate: lower is better. --sentences prints the scores of every
sentence first; sentence BLEU ignores orders longer than the sentence (eff:yes).
--confidence adds 95 % intervals by bootstrap resampling (Koehn 2004): the mean
over the resampled test sets ± half the interval, equal to sacreBLEU's for the
same seed.

--json prints {sentences, bleu: {score, signature}, chrf: {...}, "chrf++":
{...}, ter: {...}, exact, intervals: {bleu: {mean, low, high, half}, ...},
seconds} with the requested metrics; --sentences prints {line, bleu, chrf, ...}
for each sentence before that.`,
  examples: [
    "heed score out.fr --reference test.fr",
    "heed score out.fr --reference a.fr --reference b.fr --metrics bleu,chrf++,ter --confidence --json",
    "heed score out.zh --reference test.zh --tokenize zh",
    "heed score out.de --reference test.de --metrics chrf,ter --sentences",
  ],
  args: ["hypotheses"],
  options: {
    reference: { type: "list", value: "FILE", help: "a reference file; may be repeated" },
    ...metricOptions,
    ...furtherMetricOptions,
    sentences: { type: "boolean", help: "also print the scores of every sentence" },
    confidence: { type: "boolean", help: "add 95 % confidence intervals by bootstrap resampling" },
    resamples: {
      type: "number",
      whole: true,
      range: [40, 1e6],
      default: 1000,
      help: "test sets resampled for --confidence",
    },
    json: { type: "boolean", help: "one JSON object" },
  },
  async run({ hypotheses: file, reference, sentences, json, ...values }, io) {
    const { chosenMetrics } = await import("../chosen-metrics.ts");
    const { readSystems } = await import("../read-systems.ts");
    const { tablesOf, textScores } = await import("../../evaluation/text-scores.ts");
    const { writeScores, writeSentences } = await import("../scores.ts");
    const began = performance.now();
    const metrics = chosenMetrics(values);
    const { systems, references } = await readSystems([file], reference, "heed score");
    const tables = tablesOf(systems[0] ?? [], references, metrics);
    if (sentences) {
      await writeSentences(tables, json, io);
      if (!json) await io.writeLine("");
    }
    const scores = textScores(tables, values);
    await writeScores({ ...scores, seconds: (performance.now() - began) / 1000 }, json, io);
    return 0;
  },
});
