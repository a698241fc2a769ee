/** A model that comes with the studio: what it is trained with, and how it is measured as the page runs it. */
import type { Engine } from "heed/runtime";

export interface BundledModel {
  /** Its folder below `public/models`. */
  readonly name: string;
  /** A configuration of `heed train`. */
  readonly config: string;
  /** The files that the configuration reads, by the names it has for them. */
  readonly files: () => Readonly<Record<string, string>>;
  /** Scores on texts that it has not seen, for `card.json`. */
  readonly measure: (engine: Engine, folder: string) => Promise<Readonly<Record<string, unknown>>>;
}
