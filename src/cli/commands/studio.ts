import { command } from "../command.ts";

export default command({
  name: "studio",
  summary: "Open a page in which a model can be read and questioned.",
  description: `Open a page in which a model can be read and questioned: what each word was read
from, every head, the search as a tree, and what happens when a weight, a head or
a word is changed. All of it is computed in the page; nothing leaves this
machine, and no network is needed.

A RUN may be a folder that holds runs: the page then compares them all, as
\`heed runs\` does, and opens each. It may also be a folder that \`heed export\`
wrote, or another that \`heed import\` reads, with one model.safetensors. Without a
RUN the page opens a small translator of the phrasebook. All of these can also be
dropped on the page.`,
  examples: [
    "heed studio",
    "heed studio runs/en-fr runs/fr-en --port 8080",
    "heed studio runs/heads",
    "heed studio --no-open",
  ],
  args: ["runs...?"],
  options: {
    port: {
      type: "number",
      whole: true,
      range: [0, 65535],
      default: 0,
      help: "port on 127.0.0.1; 0 is any that is free",
    },
    noOpen: { type: "boolean", help: "print the address alone, and open no browser" },
  },
  async run(options, io) {
    const { studio } = await import("../studio.ts");
    return studio(options, io);
  },
});
