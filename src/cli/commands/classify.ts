import { command } from "../command.ts";
import { cutLines } from "../cut-lines.ts";
import { device, deviceOption } from "../device.ts";

/** Texts read, judged and written at a time: memory stays flat however long the input. */
const WINDOW = 512;

export default command({
  name: "classify",
  summary: "Label each line of standard input.",
  description:
    "Label each line of standard input: the likeliest label, a tab, and its probability on each line of output. A line that shows nothing stays empty; what a text has beyond the run's data.maxTokens is not read, and how often that happened is said at the end.",
  examples: [
    "heed classify runs/polarity < reviews.txt > labels.tsv",
    'echo "a film of rare beauty" | heed classify runs/polarity --json',
  ],
  args: ["run"],
  options: {
    invalidUtf8: { type: "string", value: "HOW", default: "error", help: "error or replace" },
    device: deviceOption,
    json: { type: "boolean", help: "one JSON object a line: {text, label, probabilities}" },
  },
  async run(options, io) {
    const { likeliest, openJudge } = await import("../../tasks/classify/judge.ts");
    const { encodeLabelled } = await import("../../tasks/classify/texts.ts");
    const { openRunOf } = await import("../../runs/open-run.node.ts");
    const { inputWindows } = await import("../input-lines.ts");
    const { isBlank } = await import("../../text/blank.ts");
    const { config, labels, model, tokenizer, weights } = openRunOf(options.run, "classify");
    const engine = await device(options.device, io);
    const judge = await openJudge({ engine, model, padding: tokenizer.special.pad, constants: weights });
    const { maxTokens } = config.data;
    let cut = 0;
    const onCut = (): void => {
      cut += 1;
    };
    const flush = async (texts: readonly string[]): Promise<void> => {
      const real = texts.filter((text) => !isBlank(text));
      const judged = await judge.judge(
        real.map((text) => encodeLabelled(text, 0, tokenizer, maxTokens, onCut)),
      );
      let next = 0;
      for (const text of texts) {
        const found = isBlank(text) ? undefined : judged[next++];
        const best = found ? likeliest(found) : -1;
        const label = labels[best] ?? "";
        if (options.json) {
          const entries = found ? labels.map((name, i) => [name, found[i] as number]) : [];
          const probabilities = Object.fromEntries(entries);
          await io.writeLine(JSON.stringify({ text, label, probabilities }));
        } else {
          await io.writeLine(found ? `${label}\t${found[best]?.toFixed(4)}` : "");
        }
      }
    };
    try {
      for await (const window of inputWindows(io, options.invalidUtf8, WINDOW)) await flush(window);
      if (cut > 0) io.say(cutLines(cut, maxTokens));
    } finally {
      judge.close();
    }
    return 0;
  },
});
