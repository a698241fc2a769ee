import { command } from "../command.ts";
import { furtherMetricOptions, metricOptions } from "../metric-options.ts";

export default command({
  name: "score",
  summary:
    "Score translations against references: BLEU, chrF and TER as sacreBLEU computes them, exact match.",
  description: `Score translations against references: BLEU, chrF and TER equal to sacreBLEU's,
each with its signature, and exact match. Line i of every file belongs together.

TER is an error rate: less is better. --sentences prints the scores of every
sentence first; BLEU of a sentence leaves out orders that are longer than it
(eff:yes). --confidence adds 95 % intervals by bootstrap resampling (Koehn
2004): the mean over the drawn test sets ± half the interval, those of
sacreBLEU for the same seed.

--json prints {sentences, bleu: {score, signature}, chrf: {...}, "chrf++":
{...}, ter: {...}, exact, intervals: {bleu: {mean, low, high, half}, ...},
seconds} with the metrics that were asked for, after {line, bleu, chrf, ...}
for each sentence when --sentences is given.`,
  examples: [
    "heed score out.fr --reference test.fr",
    "heed score out.fr --reference a.fr --reference b.fr --metrics bleu,chrf++,ter --confidence --json",
    "heed score out.zh --reference test.zh --tokenize zh",
    "heed score out.de --reference test.de --metrics chrf,ter --sentences",
  ],
  args: ["hypotheses"],
  options: {
    reference: { type: "list", value: "FILE", help: "a reference file; repeat for several" },
    ...metricOptions,
    ...furtherMetricOptions,
    sentences: { type: "boolean", help: "the scores of every sentence too" },
    confidence: { type: "boolean", help: "95 % confidence intervals by bootstrap resampling" },
    resamples: {
      type: "number",
      whole: true,
      range: [40, 1e6],
      default: 1000,
      help: "test sets drawn for --confidence",
    },
    json: { type: "boolean", help: "one JSON object" },
  },
  async run({ hypotheses: file, reference, sentences, json, ...values }, io) {
    const { chosenMetrics } = await import("../chosen-metrics.ts");
    const { readSystems } = await import("../read-systems.ts");
    const { scoresOf, tablesOf, writeScores, writeSentences } = await import("../scores.ts");
    const began = performance.now();
    const metrics = chosenMetrics(values);
    const { systems, references } = await readSystems([file], reference, "heed score");
    const tables = tablesOf(systems[0] ?? [], references, metrics);
    if (sentences) {
      await writeSentences(tables, json, io);
      if (!json) await io.writeLine("");
    }
    const scores = scoresOf(tables, values);
    await writeScores({ ...scores, seconds: (performance.now() - began) / 1000 }, json, io);
    return 0;
  },
});
