import { expect, test } from "vitest";
import { readLabelled } from "../../src/data/labelled.node.ts";
import { folder } from "../cli/heed.ts";

const { write } = folder();

async function read(content: string): Promise<{ label: string; text: string }[]> {
  const texts: { label: string; text: string }[] = [];
  for await (const text of readLabelled(write("labelled.tsv", content))) texts.push(text);
  return texts;
}

test("each line is a label, a tab and a text, which may have tabs of its own", async () => {
  expect(await read("good\ta fine film\nbad\tno\tplot\n")).toEqual([
    { label: "good", text: "a fine film" },
    { label: "bad", text: "no\tplot" },
  ]);
});

test("a line without a tab or without a label is named", async () => {
  await expect(read("good\ta\nno label here\n")).rejects.toThrow(
    /labelled\.tsv:2: line without a tab; write label, tab, text on each line$/,
  );
  await expect(read("good\ta\n \tb\n")).rejects.toThrow(/labelled\.tsv:2: line without a label; /);
});
