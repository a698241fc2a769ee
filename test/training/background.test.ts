import { describe, expect, test } from "vitest";
import { Background } from "../../src/training/background.ts";

/** Work that ends when told. */
function piece(log: string[], name: string) {
  let end: (error?: Error) => void = () => undefined;
  const done = new Promise<void>((resolve, reject) => {
    end = (error) => (error ? reject(error) : resolve());
  });
  const work = async (): Promise<void> => {
    log.push(`${name} begins`);
    await done;
    log.push(`${name} ends`);
  };
  return { work, end: (error?: Error) => end(error) };
}

describe("work in the background", () => {
  test("begins at once, and the next when it is done", async () => {
    const log: string[] = [];
    const background = new Background();
    const [first, second] = [piece(log, "first"), piece(log, "second")];
    await background.begin(first.work);
    expect(log).toEqual(["first begins"]);
    const begun = background.begin(second.work);
    await Promise.resolve();
    expect(log).toEqual(["first begins"]);
    first.end();
    await begun;
    expect(log).toEqual(["first begins", "first ends", "second begins"]);
    second.end();
    await background.done();
    expect(log.at(-1)).toBe("second ends");
  });

  test("that fails is heard of at every later call, and is no unhandled rejection", async () => {
    const background = new Background();
    await background.begin(() => Promise.reject(new Error("disk full")));
    await background.settled();
    expect(() => background.check()).toThrow("disk full");
    await expect(background.done()).rejects.toThrow("disk full");
    await expect(background.begin(async () => undefined)).rejects.toThrow("disk full");
  });
});
