import { command } from "../command.ts";
import { device, deviceOption } from "../device.ts";

/** Sentences read, translated and written at a time: memory stays flat however long the input. */
const WINDOW = 512;

export default command({
  name: "translate",
  summary: "Translate each line of standard input.",
  examples: [
    "heed translate runs/en-fr < news.en > news.fr",
    'echo "The small cat sleeps." | heed translate runs/en-fr --beam 8 --n-best 3 --json',
  ],
  args: ["run"],
  options: {
    beam: {
      type: "number",
      whole: true,
      range: [1, 100],
      help: "hypotheses kept at each step; 1 is greedy (default: the run's)",
    },
    alpha: { type: "number", range: [0, 5], help: "strength of the length penalty (default: the run's)" },
    nBest: { type: "number", whole: true, range: [1, 100], default: 1, help: "hypotheses written per line" },
    batch: { type: "number", whole: true, range: [1, 4096], default: 32, help: "sentences decoded together" },
    quantize: { type: "string", value: "KIND", help: "int8: weights of 8 bits, smaller and faster" },
    invalidUtf8: { type: "string", value: "HOW", default: "error", help: "error or replace" },
    device: deviceOption,
    json: { type: "boolean", help: "one JSON object a line: {source, hypotheses: [{text, score, tokens}]}" },
  },
  async run(options, io) {
    const { openRunOf } = await import("../../training/open-run.node.ts");
    const { openTranslator } = await import("../../decoding/translator.ts");
    const { inputWindows } = await import("../input-lines.ts");
    const { quantization } = await import("../quantization.ts");
    const quantize = quantization(options.quantize);
    const run = openRunOf(options.run, "translate");
    const engine = await device(options.device, io);
    const translator = await openTranslator({
      engine,
      ...run,
      ...run.tokenizers,
      beam: options.beam ?? run.config.decoding.beam,
      alpha: options.alpha ?? run.config.decoding.alpha,
      best: options.nBest,
      batch: options.batch,
      maxLength: run.config.model.maxLength,
      quantize,
    });
    const flush = async (sentences: readonly string[]): Promise<void> => {
      for (const { source, hypotheses } of await translator.translate(sentences)) {
        if (options.json) await io.writeLine(JSON.stringify({ source, hypotheses }));
        else for (const { text } of hypotheses) await io.writeLine(text);
      }
    };
    try {
      for await (const window of inputWindows(io, options.invalidUtf8, WINDOW)) await flush(window);
    } finally {
      translator.close();
    }
    return 0;
  },
});
