import { command } from "../command.ts";
import { furtherMetricOptions, metricOptions } from "../metric-options.ts";

export default command({
  name: "compare",
  summary:
    "Compare the translations of several systems: scores, significance, and the sentences that changed most.",
  description: `Compare the translations of one or more systems with those of the first, the
baseline: scores with 95 % intervals, the significance of each difference, how
many sentences got better or worse, and the sentences that changed most.

--test bs is paired bootstrap resampling (Koehn 2004), --test ar paired
approximate randomisation (Riezler & Maxwell 2005). p is how often chance alone
would produce a larger difference than the observed one; p and intervals equal
sacreBLEU's for the same seed. p is not corrected for multiple comparisons.

Sentences are ordered by how much their score differs from the baseline's, by
the first metric in --metrics. On a terminal, words that occur in only one of
the two texts are coloured.

--json prints {kind: "system", system, sentences, metrics: {bleu: {score,
difference, p, interval: {mean, low, high, half}, better, worse, equal,
signature}, ...}} for every system (without difference, p and counts for the
baseline; p is null if the scores are equal), then {kind: "sentence", system,
line, metric, score, baselineScore, difference, text, baselineText,
references} for each sentence shown.`,
  examples: [
    "heed compare baseline.fr new.fr --reference test.fr",
    "heed compare a.fr b.fr c.fr --reference test.fr --metrics chrf++,bleu,ter --test ar",
    "heed compare a.fr b.fr --reference test.fr --changes 20",
    "heed compare a.fr b.fr --reference test.fr --json",
  ],
  args: ["hypotheses..."],
  options: {
    reference: { type: "list", value: "FILE", help: "a reference file; may be repeated" },
    ...metricOptions,
    ...furtherMetricOptions,
    test: { type: "string", value: "T", default: "bs", help: "significance test: bs or ar" },
    samples: {
      type: "number",
      whole: true,
      range: [40, 1e6],
      help: "resamples of bs (default: 1000) or trials of ar (default: 10000)",
    },
    changes: {
      type: "number",
      whole: true,
      range: [0, 1e6],
      default: 5,
      help: "sentences shown for each system",
    },
    json: { type: "boolean", help: "one JSON object for each system and each sentence shown" },
  },
  async run({ hypotheses: files, reference, test, changes, json, ...values }, io) {
    const { heedError } = await import("../../errors.ts");
    const { chosenMetrics } = await import("../chosen-metrics.ts");
    const { readSystems } = await import("../read-systems.ts");
    const { compareSystems } = await import("../../evaluation/system-comparison.ts");
    if (files.length < 2) {
      const remedy = "give the baseline's translations and those of at least one other system";
      throw heedError("ERR_USAGE", { where: "heed compare", cause: "nothing to compare with", remedy });
    }
    if (test !== "bs" && test !== "ar") {
      throw heedError("ERR_USAGE", { where: "--test", cause: `"${test}" is neither bs nor ar` });
    }
    const metrics = chosenMetrics(values);
    const { systems, references } = await readSystems(files, reference, "heed compare");
    const named = files.map((name, i) => ({ name, texts: systems[i] ?? [] }));
    const comparison = compareSystems(named, references, metrics, { ...values, test, changes });
    if (json) {
      const { comparisonObjects } = await import("../../evaluation/system-comparison.ts");
      for (const object of comparisonObjects(comparison)) await io.writeLine(JSON.stringify(object));
      return 0;
    }
    const { stdout } = process;
    const { systemComparisonLines } = await import("../system-comparison-text.ts");
    const terminal = { columns: stdout.columns ?? 100, colour: stdout.isTTY && stdout.hasColors() };
    for (const line of systemComparisonLines(comparison, terminal)) await io.writeLine(line);
    return 0;
  },
});
