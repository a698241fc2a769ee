/**
 * Claim: of single lines in English, French and German at least 99 % are told apart.
 *
 *   npx tsx bench/text/languages.ts en=multi30k/test_2016_flickr.en fr=multi30k/test_2016_flickr.fr de=multi30k/test_2016_flickr.de
 *
 * Each line of a file alone, among the languages that are named.
 */
import { readFileSync } from "node:fs";
import { detectLanguage } from "../../src/server/text/detect-language.ts";
import { machine } from "../machine.ts";

const files = process.argv.slice(2).map((argument) => argument.split("=") as [string, string]);
const languages = files.map(([language]) => language);
console.log(`${machine()}; among ${languages.join(", ")}\n\n| file | lines | right |\n|---|---|---|`);
for (const [language, file] of files) {
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  let right = 0;
  for (const line of lines) if ((await detectLanguage(line, languages)).language === language) right += 1;
  console.log(`| ${file} | ${lines.length} | ${((100 * right) / lines.length).toFixed(1)} % |`);
}
