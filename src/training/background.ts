/** Work beside the training, one piece after another. What fails is thrown at the next call but `settled`. */
export class Background {
  #last: Promise<void> = Promise.resolve();
  #failure: { readonly cause: unknown } | undefined;

  /** Begins when what was begun before is done. */
  async begin(work: () => Promise<void>): Promise<void> {
    await this.done();
    this.#last = work().catch((cause: unknown) => {
      this.#failure = { cause };
    });
  }

  /** When all is done. */
  async done(): Promise<void> {
    await this.settled();
    this.check();
  }

  /** When all is done or has failed. */
  settled(): Promise<void> {
    return this.#last;
  }

  check(): void {
    if (this.#failure) throw this.#failure.cause;
  }
}
