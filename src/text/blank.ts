import { metaspace } from "./normalize.ts";

const invisible = new RegExp(
  `^[\\p{White_Space}\\p{Default_Ignorable_Code_Point}\\p{Control}${metaspace}]*$`,
  "u",
);

/**
 * Whether a text is blank: only white space, control characters and what Unicode says to render as nothing (zero-width
 * characters, soft hyphens, variation selectors, byte order marks). U+2581 counts too: Heed reads it as a space.
 *
 * @see UAX #44, Default_Ignorable_Code_Point - https://www.unicode.org/reports/tr44/
 */
export const isBlank = (text: string): boolean => invisible.test(text);
