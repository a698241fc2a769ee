/** The small files of a run beside its weights: from a directory in Node, or passed in by a page. */
export interface RunFiles {
  /** Names the run in errors. */
  readonly where: string;
  readonly has: (name: string) => boolean;
  /** @throws ERR_MODEL naming a file that is missing or is not JSON. */
  readonly json: (name: string) => unknown;
}
