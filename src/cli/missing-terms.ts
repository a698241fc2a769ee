/** The closing note about terms of a glossary that translations lack. */
export const missingTerms = (count: number): string =>
  `heed: ${count} ${count === 1 ? "term" : "terms"} of the glossary could not be used; --json says where`;
