import { command } from "../command.ts";

export default command({
  name: "evaluate",
  summary: "Translate a test set and score the translations.",
  examples: [
    "heed evaluate runs/en-fr --source test.en --reference test.fr",
    "heed evaluate runs/en-fr --pairs test.tsv --beam 1 --json",
  ],
  args: ["run"],
  options: {
    source: { type: "string", value: "FILE", help: "sentences to translate, one a line" },
    reference: { type: "string", value: "FILE", help: "their translations" },
    pairs: {
      type: "string",
      value: "FILE",
      help: "a TSV with both, instead of --source and --reference; a source that occurs again has several references",
    },
    output: { type: "string", value: "FILE", help: "write the translations here" },
    metrics: { type: "string", value: "LIST", default: "bleu,chrf", help: "bleu, chrf or both" },
    beam: { type: "number", range: [1, 100], help: "hypotheses kept at each step (default: the run's)" },
    alpha: { type: "number", range: [0, 5], help: "strength of the length penalty (default: the run's)" },
    batch: { type: "number", range: [1, 4096], default: 32, help: "sentences decoded together" },
    device: { type: "string", value: "D", default: "auto", help: "auto or cpu" },
    json: { type: "boolean", help: "one JSON object: {sentences, bleu, chrf, seconds}" },
  },
  async run(options, io) {
    const { heedError } = await import("../../errors.ts");
    const { readPairs } = await import("../../data/pairs.node.ts");
    const { openRun } = await import("../../training/open-run.node.ts");
    const { openTranslator } = await import("../../decoding/translator.ts");
    const { writeAtomically } = await import("../../training/run-directory.node.ts");
    const { device } = await import("../device.ts");
    const { progress } = await import("../progress.ts");
    const { scoreText, writeScores } = await import("../scores.ts");
    const { source, reference, pairs } = options;
    if (!pairs && !(source && reference)) {
      const remedy = "give --source and --reference, or --pairs";
      throw heedError("ERR_USAGE", { where: "heed evaluate", cause: "no test set", remedy });
    }
    const test: { source: string; references: string[] }[] = [];
    const known = new Map<string, string[]>();
    const spec = pairs ? { pairs } : { source: source ?? "", target: reference ?? "" };
    for await (const pair of readPairs(spec)) {
      const others = pairs ? known.get(pair.source) : undefined;
      if (others) others.push(pair.target);
      else {
        const references = [pair.target];
        known.set(pair.source, references);
        test.push({ source: pair.source, references });
      }
    }
    const run = openRun(options.run);
    const translator = await openTranslator({
      engine: await device(options.device, io),
      ...run,
      ...run.tokenizers,
      beam: options.beam ?? run.config.decoding.beam,
      alpha: options.alpha ?? run.config.decoding.alpha,
      batch: options.batch,
      maxLength: run.config.model.maxLength,
    });
    const began = performance.now();
    const hypotheses: string[] = [];
    const bar = progress(io, "translate", test.length);
    const window = 8 * options.batch;
    for (let at = 0; at < test.length; at += window) {
      const sentences = test.slice(at, at + window).map((pair) => pair.source);
      for (const { hypotheses: found } of await translator.translate(sentences))
        hypotheses.push(found[0]?.text ?? "");
      bar.update(hypotheses.length, `${hypotheses.length} sentences`);
    }
    bar.end();
    translator.close();
    const seconds = (performance.now() - began) / 1000;
    if (options.output) writeAtomically(options.output, hypotheses.map((line) => `${line}\n`).join(""));
    const most = test.reduce((count, { references }) => Math.max(count, references.length), 0);
    const sets = Array.from({ length: most }, (_, set) => test.map(({ references }) => references[set]));
    const scores = scoreText(hypotheses, sets, options.metrics);
    await writeScores({ ...scores, seconds }, options.json, io);
    return 0;
  },
});
