/** Pairs of 1 to 12 words: shares of a batch have uneven numbers of tokens. */
const words = ["one", "two", "three", "four", "five", "six", "cat", "dog", "sun", "tree", "red", "house"];

export const pairs = Array.from({ length: 120 }, (_, i) => {
  const said = Array.from({ length: 1 + ((i * 7) % 12) }, (_, j) => words[(i + j * j) % words.length] ?? "");
  return { source: said.join(" "), target: [...said].reverse().join(" ") };
});

export const tsv = pairs.map(({ source, target }) => `${source}\t${target}\n`).join("");
