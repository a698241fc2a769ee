/** Words of a source, and how a translation says them. */
export interface GlossaryTerm {
  /** Capitals do not matter. */
  readonly source: string;
  /** Forms, any of which will do. */
  readonly targets: readonly string[];
}
