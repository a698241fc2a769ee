/** Answers that come out of order: the newest question's is the one that is shown. */
import { expect, test } from "vitest";
import { fault } from "../../studio/src/model/fault.ts";
import { newest } from "../../studio/src/model/newest.ts";

/** Asks for `wanted` at the time; each answer comes when it is let go. */
function slowly() {
  const shown: string[] = [];
  const asked: string[] = [];
  const waiting = new Map<string, (error?: Error) => void>();
  let wanted = "";
  const soon = newest(
    () => {
      const mine = wanted;
      asked.push(mine);
      return new Promise<string>((resolve, reject) => {
        waiting.set(mine, (error) => (error ? reject(error) : resolve(mine)));
      });
    },
    (answer) => void shown.push(answer),
  );
  return {
    shown,
    asked,
    ask: (what: string): Promise<void> => {
      wanted = what;
      return soon();
    },
    answer: async (what: string, error?: Error): Promise<void> => {
      await expect.poll(() => waiting.has(what)).toBe(true);
      waiting.get(what)?.(error);
    },
  };
}

test("of several quick questions the last is answered, and those between are not asked", async () => {
  const { shown, asked, ask, answer } = slowly();
  void ask("slow");
  await expect.poll(() => asked).toEqual(["slow"]);
  void ask("between");
  const last = ask("last");
  await answer("slow");
  await answer("last");
  await last;
  expect([shown, asked]).toEqual([["last"], ["slow", "last"]]);
});

test("what fails when nobody asks for it any more is not said", async () => {
  const { shown, ask, answer } = slowly();
  void ask("broken");
  await answer("broken", new Error("why")).then(() => undefined);
  const last = ask("whole");
  await answer("whole");
  await last;
  expect([shown, fault.value]).toEqual([["whole"], ""]);
});

test("what fails is said, until an answer comes", async () => {
  const { ask, answer } = slowly();
  const first = ask("broken");
  await answer("broken", new Error("why"));
  await first;
  expect(fault.value).toBe("why");
  const second = ask("whole");
  await answer("whole");
  await second;
  expect(fault.value).toBe("");
});
