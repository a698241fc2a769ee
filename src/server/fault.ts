/** What a request is answered with when it cannot be served: a status, one sentence and when to come again. */
export class Fault extends Error {
  override readonly name = "Fault";
  readonly status: number;
  /** Seconds until trying again may help. */
  readonly retryAfter: number | undefined;

  constructor(status: number, message: string, retryAfter?: number) {
    super(message);
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

/** @param wait  Seconds until there may be room. */
export const overloaded = (wait: number): Fault =>
  new Fault(503, "The server has more to do than it can in time; try again later", seconds(wait));

export const late = (): Fault =>
  new Fault(503, "The server could not answer in time; try again later", seconds(5));

export const workerLost = (): Fault =>
  new Fault(503, "The process that computed the answer ended; try again", seconds(2));

export const refused = (message: string): Fault => new Fault(400, message);

/** The client has gone, so nobody reads this. */
export const gone = (): Fault => new Fault(499, "The client has closed the connection");

const seconds = (wait: number): number => Math.min(60, Math.max(1, Math.ceil(wait)));
