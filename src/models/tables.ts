/** Whether a weight is a table of word vectors: an embedding or an output projection. */
export const isWordTable = (path: string): boolean =>
  /(^|\.)(embed|sourceEmbed)\.weight$|(^|\.)project$/.test(path);

/** Whether a weight is a table that is looked up, of words, positions or distances, rather than multiplied by a state. */
export const isLookedUp = (path: string): boolean =>
  /(^|\.)(embed|sourceEmbed|positions|tokenTypes|\w*Distances)(\.weight)?$/.test(path);
