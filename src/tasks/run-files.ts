/** The small files of a run beside its weights: those of a directory in Node, or handed over in a page. */
export interface RunFiles {
  /** Names the run in errors. */
  readonly where: string;
  readonly has: (name: string) => boolean;
  /** @throws ERR_MODEL naming a file that is missing or is not JSON. */
  readonly json: (name: string) => unknown;
}
