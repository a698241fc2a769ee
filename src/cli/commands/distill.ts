import { command } from "../command.ts";
import { device, deviceOption } from "../device.ts";

export default command({
  name: "distill",
  summary: "Make the corpus and the configuration of a small translator from a large one.",
  description: `Translate a text with a trained translator, the teacher, and write what a smaller
one, the student, learns from: STUDENT.target with a translation for each line of
--source, STUDENT.links with the word links that the teacher's attention shows,
and the configuration STUDENT.yaml, which names both. The student has half the
teacher's width and a decoder of one layer: about a quarter of its parameters;
its positions, kind of decoder and training.ema are the teacher's.

Translations are searched with the run's beam. With --target, of all hypotheses
of a line the one is taken that is most like its reference, by sentence BLEU.

Interrupted, the same command goes on from the last 2,048 lines that were done.`,
  examples: [
    "heed distill runs/en-fr --source train.en --to student.yaml && heed train student.yaml",
    "heed distill runs/en-fr --source train.en --target train.fr --beam 8 --to student.yaml",
  ],
  args: ["run"],
  options: {
    source: { type: "string", value: "FILE", help: "sentences to translate, one a line" },
    target: { type: "string", value: "FILE", help: "their reference translations, to choose hypotheses by" },
    to: { type: "string", value: "STUDENT.yaml", help: "the configuration to write; must not exist yet" },
    beam: {
      type: "number",
      whole: true,
      range: [1, 100],
      help: "hypotheses kept at each step (default: the run's)",
    },
    alpha: { type: "number", range: [0, 5], help: "strength of the length penalty (default: the run's)" },
    quantize: { type: "string", value: "KIND", help: "int8: 8-bit weights, smaller and faster" },
    batch: { type: "number", whole: true, range: [1, 4096], default: 32, help: "sentences decoded together" },
    device: deviceOption,
    json: { type: "boolean", help: "one JSON object: {config, lines, source, target, links?}" },
  },
  isSaving: true,
  async run(options, io) {
    const { distillCorpus } = await import("../distill-corpus.ts");
    return distillCorpus(options, io, () => device(options.device, io));
  },
});
