import { command } from "../command.ts";

export default command({
  name: "shortlist",
  summary: "Learn which words a translator may use for each sentence, to translate faster.",
  description: `Learn from pairs of sentences which target tokens translate each source token,
and write them into the run. With --shortlist, \`heed translate\` then computes
the scores of these and of the most frequent tokens only: the larger the
vocabulary, the more time that saves. What a sentence may use follows from that
sentence alone. Scores are normalised over fewer tokens, so they are a little
higher, and a few translations differ.`,
  examples: [
    "heed shortlist runs/en-fr --source train.en --target train.fr",
    "heed shortlist runs/en-fr --pairs train.tsv --each 20",
  ],
  args: ["run"],
  options: {
    source: { type: "string", value: "FILE", help: "sentences, one a line: those the run was trained on" },
    target: { type: "string", value: "FILE", help: "their translations" },
    pairs: { type: "string", value: "FILE", help: "a TSV with both, instead of --source and --target" },
    common: {
      type: "number",
      whole: true,
      range: [0, 1e6],
      default: 100,
      help: "most frequent tokens that every sentence may use",
    },
    each: {
      type: "number",
      whole: true,
      range: [1, 1e4],
      default: 50,
      help: "likeliest translations of each source token",
    },
    most: {
      type: "number",
      whole: true,
      range: [1, 1e7],
      default: 200_000,
      help: "pairs that are read, from the first",
    },
  },
  async run(options, io) {
    const { makeShortlist } = await import("../make-shortlist.ts");
    return makeShortlist(options, io);
  },
});
