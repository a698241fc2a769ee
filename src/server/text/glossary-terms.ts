/** A glossary as requests and files have it. */
import { z } from "zod";
import type { GlossaryTerm } from "../../decoding/glossary-term.ts";

/** Most terms of a request, and most forms of a term: each may cost two more translations of a sentence. */
export const [TERMS, FORMS] = [100, 10] as const;

const words = z.string().regex(/\S/, { error: "expected words" }).trim();

export const glossaryTerms = z
  .array(
    z.object({
      source: words.describe("words of the text, whatever their capitals"),
      target: z
        .union([words, z.array(words).min(1).meta({ maxItems: FORMS })], {
          error: "expected a form or an array of forms",
        })
        .describe("the form or forms that the translation must have one of"),
    }),
  )
  .meta({ maxItems: TERMS });

export const termsOf = (read: z.output<typeof glossaryTerms>): GlossaryTerm[] =>
  read.map(({ source, target }) => ({ source, targets: [target].flat() }));
