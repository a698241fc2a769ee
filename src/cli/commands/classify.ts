import { command } from "../command.ts";
import { cutLines } from "../cut-lines.ts";
import { device, deviceOption } from "../device.ts";

/** How many texts are processed at a time, so that memory stays flat for any length of input. */
const WINDOW = 512;

export default command({
  name: "classify",
  summary: "Label each line of standard input.",
  description:
    "Label each line of standard input, printing the likeliest label, a tab and its probability. Blank lines stay empty. Texts are cut off after the run's data.maxTokens; the number of those is reported at the end.",
  examples: [
    "heed classify runs/polarity < reviews.txt > labels.tsv",
    'echo "a film of rare beauty" | heed classify runs/polarity --json',
  ],
  args: ["run"],
  options: {
    invalidUtf8: {
      type: "string",
      value: "HOW",
      default: "error",
      help: "on invalid UTF-8: error or replace",
    },
    device: deviceOption,
    json: { type: "boolean", help: "one JSON object per line: {text, label, probabilities}" },
  },
  async run(options, io) {
    const { likeliest, openJudge } = await import("../../tasks/classify/judge.ts");
    const { encodeLabelled } = await import("../../tasks/classify/texts.ts");
    const { openRunOf } = await import("../../runs/open-run.node.ts");
    const { inputWindows } = await import("../input-lines.ts");
    const { isBlank } = await import("../../text/blank.ts");
    const { config, labels, model, tokenizer, weights } = openRunOf(options.run, "classify");
    if (labels.length === 0) {
      const { heedError } = await import("../../errors.ts");
      const [cause, remedy] = ["this run is an encoder without labels", "use `heed embed`"];
      throw heedError("ERR_INPUT", { where: options.run, cause, remedy });
    }
    const engine = await device(options.device, io);
    const judge = await openJudge({ engine, model, padding: tokenizer.special.pad, constants: weights });
    const { maxTokens } = config.data;
    let cut = 0;
    const onCut = (): void => {
      cut += 1;
    };
    const labelAll = async (texts: readonly string[]): Promise<void> => {
      const visible = texts.filter((text) => !isBlank(text));
      const judgements = await judge.judge(
        visible.map((text) => encodeLabelled(text, 0, tokenizer, maxTokens, onCut)),
      );
      let next = 0;
      for (const text of texts) {
        const shares = isBlank(text) ? undefined : judgements[next++];
        const best = shares ? likeliest(shares) : -1;
        const label = labels[best] ?? "";
        if (options.json) {
          const entries = shares ? labels.map((name, i) => [name, shares[i] as number]) : [];
          const probabilities = Object.fromEntries(entries);
          await io.writeLine(JSON.stringify({ text, label, probabilities }));
        } else {
          await io.writeLine(shares ? `${label}\t${shares[best]?.toFixed(4)}` : "");
        }
      }
    };
    try {
      for await (const window of inputWindows(io, options.invalidUtf8, WINDOW)) await labelAll(window);
      if (cut > 0) io.say(cutLines(cut, maxTokens));
    } finally {
      judge.close();
    }
    return 0;
  },
});
