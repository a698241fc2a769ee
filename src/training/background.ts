/** Runs work beside training, one piece after another. A failure is thrown by the next call, except by `settled`. */
export class Background {
  #last: Promise<void> = Promise.resolve();
  #failure: { readonly cause: unknown } | undefined;

  /** Begins work once the previous piece is done. */
  async begin(work: () => Promise<void>): Promise<void> {
    await this.done();
    this.#last = work().catch((cause: unknown) => {
      this.#failure = { cause };
    });
  }

  /** Resolves when all work is done. */
  async done(): Promise<void> {
    await this.settled();
    this.check();
  }

  /** Resolves when all work is done or has failed. */
  settled(): Promise<void> {
    return this.#last;
  }

  check(): void {
    if (this.#failure) throw this.#failure.cause;
  }
}
