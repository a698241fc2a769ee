import { quoted } from "../../text/quoted.ts";
import { command } from "../command.ts";

export default command({
  name: "import",
  summary: "Import a model folder of Hugging Face's library as a run.",
  description: `Import a model folder of Hugging Face's library as a run directory, which the other
commands open: translate, generate, classify, embed, inspect and more. The folder
holds config.json, tokenizer.json and model.safetensors (whole or in shards, of 32
or 16 bits). Families: marian, blenderbot, bart, mbart, t5, bert, distilbert,
roberta, gpt2, opt, starcoder2, llama, mistral, qwen2. What \`heed export\` wrote
comes back as it was. A folder published for Bergamot (model.*.bin, vocab.*.spm and a
shortlist, lex.*.bin) is read, too.
The other commands open such a folder without an import, too; importing says what
of it is not followed, and checks that its weights are finite.

Every file is taken for hostile: weights in formats that can run code are refused,
as is a tokenizer with an unknown regular expression. The run appears whole or not
at all.`,
  examples: ["heed import models/en-fr --to runs/imported"],
  args: ["folder"],
  options: {
    to: { type: "string", value: "DIR", help: "the run directory to write; must not exist yet" },
    strict: { type: "boolean", help: "refuse weights that are not finite instead of warning" },
    json: { type: "boolean", help: "one JSON object: {run, task, kind, parameters}" },
  },
  async run({ folder, to, strict, json }, io) {
    const { heedError } = await import("../../errors.ts");
    const { writeFolder } = await import("../../formats/folder.node.ts");
    const { importRun } = await import("../../runs/import-run.node.ts");
    const { taskOf } = await import("../../tasks/tasks.ts");
    if (to === undefined) {
      throw heedError("ERR_USAGE", { where: "heed import", cause: "no --to DIR", remedy: "see --help" });
    }
    const say = (message: string): void => io.say(message);
    const imported = io.unsaved(() => importRun(folder, { strict, say }));
    await writeFolder(to, imported.files);
    const { task, kind, parameters, isEncoder } = imported;
    if (json) await io.writeLine(JSON.stringify({ run: to, task, kind, parameters }));
    else {
      const { noun, tryIt } = taskOf({ task });
      const what = isEncoder ? "an encoder" : noun;
      io.say(`${to}: ${what} of kind ${kind} with ${parameters.toLocaleString("en-US")} parameters`);
      const run = quoted(to);
      io.say(`try it: ${isEncoder ? `echo "a text" | heed embed ${run}` : tryIt(run)}`);
    }
    return 0;
  },
});
