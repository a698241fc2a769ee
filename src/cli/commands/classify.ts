import { command } from "../command.ts";
import { device, deviceOption } from "../device.ts";
import { shardOptions } from "../shard.ts";

export default command({
  name: "classify",
  summary: "Label each line of standard input.",
  description: `Label each line of standard input, printing the likeliest label, a tab and its
probability. Blank lines stay empty. Texts are cut off after the run's
data.maxTokens; the number of those is reported at the end.

--shard 3/8 --parts DIR labels every eighth block of 1,024 lines, from the third,
into DIR/part-3-of-8. \`heed merge DIR\` writes what one process would have.`,
  examples: [
    "heed classify runs/polarity < reviews.txt > labels.tsv",
    'echo "a film of rare beauty" | heed classify runs/polarity --json',
    "heed classify runs/polarity --shard 3/8 --parts parts < reviews.txt",
  ],
  args: ["run"],
  options: {
    invalidUtf8: {
      type: "string",
      value: "HOW",
      default: "error",
      help: "on invalid UTF-8: error or replace",
    },
    ...shardOptions,
    device: deviceOption,
    json: { type: "boolean", help: "one JSON object per line: {text, label, probabilities}" },
  },
  async run(options, io) {
    const { classifyLines } = await import("../classify-lines.ts");
    return classifyLines(options, io, () => device(options.device, io));
  },
});
