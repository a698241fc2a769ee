import { text } from "../../text.ts";
import { shown } from "./numbers.ts";
import { rowOf, type Sheet } from "./sheet.ts";
import { lengthsOf, sheetsOf } from "./sheets.ts";
import { Spread } from "./spread.tsx";
import type { Station } from "./station.ts";
import { tokenAt } from "./strips.tsx";
import { choice, walked } from "./walking.ts";

const words = text.steps;

/** What a station's numbers say beside its equation. */
export function Remark(station: Station) {
  const { name, inputs } = station;
  if (name === "products") return <p class="note">{words.cosine(shown(cosineOf(station)))}</p>;
  if (name === "weighted" || name === "head") return <Largest />;
  const [input] = inputs;
  if (station.part?.part === "norm" && input)
    return <Spread before={rowOf(input.sheet, input.row)} after={rowOf(station.output, station.row)} />;
  return null;
}

/** Of the query and the key: their product, as if both had length 1. */
function cosineOf({ inputs, equation }: Station): number {
  return inputs.reduce(
    (product, { sheet, row }) => product / Math.hypot(...rowOf(sheet, row)),
    equation.value,
  );
}

/** A large weight on a short vector adds little: the two can disagree. */
function Largest() {
  if (!walked.value) return null;
  const { weights, weighted } = sheetsOf(walked.value, choice.value);
  if (!weights || !weighted) return null;
  const shares = rowOf(weights, choice.value.query);
  // Of uniform weights, none is the largest.
  if (Math.max(...shares) - Math.min(...shares) < 1e-6) return <p class="note">{words.uniform}</p>;
  const byWeight = largestAt(shares);
  const byLength = largestAt((lengthsOf(weighted) as Sheet).data);
  const [one, other] = [byWeight, byLength].map((key) => tokenAt("key", key) ?? "");
  return (
    <p class="note">
      {byWeight === byLength ? words.agree(one ?? "") : words.disagree(one ?? "", other ?? "")}
    </p>
  );
}

const largestAt = (numbers: Float32Array): number => numbers.indexOf(Math.max(...numbers));
