import { symmetrisations } from "../../evaluation/symmetrise.ts";
import { command } from "../command.ts";
import { device, deviceOption } from "../device.ts";
import { shardOptions } from "../shard.ts";

export default command({
  name: "align",
  summary: "Link the words of sentence pairs by what a translator attends to.",
  description: `Link the words of sentence pairs by what a translator attends to while it is
given the translation. Writes one line of links a pair: i-j links source word i
to target word j, counted from 0.

The quality of the links depends on which attention is read. By default that is
the attention that training.guidedAlignment taught to align, or else the mean
over the heads of the last decoder layer, at the row that writes a word;
--layer, --head and --row choose another. --choose-by valid-gold tries
them all on pairs whose links are known: --valid-source, --valid-target and
--valid-gold, or the phrasebook's own. --choose-by agreement picks the readings
of two directions that agree best on the first pairs. The choice is printed.

With --reverse, a translator of the other direction, the links of both are
joined by --symmetrise.

--shard 3/8 --parts DIR aligns every eighth block of 1,024 pairs, from the third,
into DIR/part-3-of-8; \`heed merge DIR\` writes what one process would have.`,
  examples: [
    "heed align runs/en-fr --pairs test.tsv > links.txt",
    "heed align runs/en-fr --source test.en --target test.fr --layer 2 --head 3 --row input",
    "heed align runs/en-fr --reverse runs/fr-en --pairs test.tsv --choose-by agreement",
    "heed align runs/en-fr --source test.en --target test.fr --gold test.links --json",
    "heed align runs/en-fr --pairs train.tsv --shard auto/8 --parts links",
  ],
  args: ["run"],
  options: {
    source: { type: "string", value: "FILE", help: "sentences, one a line" },
    target: { type: "string", value: "FILE", help: "their translations" },
    pairs: { type: "string", value: "FILE", help: "a TSV with both, instead of --source and --target" },
    reverse: { type: "string", value: "RUN", help: "a translator from the target language to the source" },
    symmetrise: {
      type: "string",
      value: "HOW",
      default: "grow-diag-final-and",
      help: `how links of both directions are joined: ${symmetrisations.join(", ")}`,
    },
    layer: { type: "string", value: "N|mean", help: "decoder layer, from 1 (default: the last)" },
    head: { type: "string", value: "N|mean", help: "head of that layer, from 1 (default: mean)" },
    row: {
      type: "string",
      value: "output|input",
      help: "the row that writes a target word, or the one that reads it (default: output)",
    },
    threshold: {
      type: "number",
      range: [0, 1],
      help: "link each source word with at least this share of the largest weight (default: 1, the largest alone)",
    },
    sourceThreshold: {
      type: "number",
      range: [0, 1],
      help: "also link each source word to target words with at least this share of the largest weight on it (default: off)",
    },
    chooseBy: {
      type: "string",
      value: "HOW",
      help: "valid-gold or agreement: find layer, head, row and thresholds instead of naming them",
    },
    validSource: { type: "string", value: "FILE", help: "valid-gold: sentences with known links" },
    validTarget: { type: "string", value: "FILE", help: "valid-gold: their translations" },
    validGold: { type: "string", value: "FILE", help: "valid-gold: their links, i-j sure and ipj possible" },
    gold: { type: "string", value: "FILE", help: "known links: print error rate, precision and recall" },
    probabilities: { type: "boolean", help: "write i-j:weight, the share of attention of each link" },
    ...shardOptions,
    device: deviceOption,
    json: {
      type: "boolean",
      help: "one JSON object a line: {links: [[i, j], …]}; with --gold a last one {aer, precision, recall, links}",
    },
  },
  async run(options, io) {
    const { alignPairs } = await import("../align-pairs.ts");
    return alignPairs(options, io, () => device(options.device, io));
  },
});
