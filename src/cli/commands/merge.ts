import { command } from "../command.ts";

export default command({
  name: "merge",
  summary: "Put the parts of a job that was done in shards together.",
  description: `Write what one process would have written, from the parts that translate, align,
evaluate or train --sweep wrote with --shard: the lines in the order of the input,
the scores of the whole test set from its counts, or the results of all cells; and
the files that --attention, --output and --calibrate ask for.

Before anything is written, every part is read through: all must be there, whole,
and of one job: the same model, options and input. A shard whose part is missing
or damaged is run again alone.`,
  examples: [
    "heed merge parts > news.fr",
    "for i in 1 2 3; do heed translate runs/en-fr --shard $i/3 --parts parts < news.en; done; heed merge parts",
  ],
  args: ["parts"],
  options: {},
  async run({ parts }, io) {
    const { mergeParts } = await import("../merge-parts.ts");
    return mergeParts(parts, io);
  },
});
