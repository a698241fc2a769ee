import type { Signal } from "@preact/signals";
import { text } from "../../text.ts";
import {
  type Chain,
  type Equation,
  type Factor,
  isReplaced,
  type Softmax,
  type Sum,
  type Term,
} from "./equation.ts";
import { Maths } from "./maths.tsx";
import { folded, shown, weightiest } from "./numbers.ts";
import { FIRST, TOKENS, tokenAt } from "./strips.tsx";
import { current, jump } from "./walking.ts";

const words = text.steps;

/** How the chosen number was computed, in the numbers that it was computed from. */
export function Equations({
  equation,
  open,
}: {
  readonly equation: Equation;
  readonly open: Signal<boolean>;
}) {
  return (
    <div class="equation">
      <p class="formula">
        <strong>
          <Maths of={equation.name} />
        </strong>{" "}
        = <Maths of={equation.formula} /> ={" "}
        <strong class="result">{shownHere(isReplaced(equation) ? equation.computed : equation.value)}</strong>
      </p>
      {equation.kind === "chain" ? <Links {...equation} /> : <Terms equation={equation} open={open} />}
      {isReplaced(equation) && <p class="replaced">{words.replaced(shownHere(equation.value))}</p>}
    </div>
  );
}

const shownHere = (value: number): string => (current.value === "tokens" ? String(value) : shown(value));

/** A number with its name; it leads to where it was computed. */
function Figure({ factor, plain }: { readonly factor: Factor; readonly plain?: string | undefined }) {
  const { label, to, value } = factor;
  const number = plain ?? shownHere(value);
  const inside = (
    <>
      <span class="label">
        <Maths of={label} />
      </span>{" "}
      <span class="number">{number}</span>
    </>
  );
  if (!to) return <span class="factor">{inside}</span>;
  return (
    <button type="button" class="factor" onClick={() => jump(to)}>
      {inside}
    </button>
  );
}

function Links({ links }: Chain) {
  const [only] = links;
  // The formula has said it.
  if (links.length === 1 && only?.operator === "=" && !only.to) return null;
  const isDivided = links.some(({ operator }) => operator === "/") && links.length > 2;
  return (
    <p class="chain">
      {links.map((link, i) => (
        <span class="link" key={link.label}>
          {link.operator !== "=" && (
            <span class="operator">{link.operator === "max" ? "max(0," : link.operator}</span>
          )}
          {isDivided && i === 0 && <span class="operator">(</span>}
          <Figure factor={link} />
          {isDivided && link.operator === "−" && <span class="operator">)</span>}
          {link.operator === "max" && <span class="operator">)</span>}
        </span>
      ))}
    </p>
  );
}

/**
 * Terms of a sum, or of the denominator of a softmax: the first components, or the tokens that count most, and what the others
 * are together.
 */
function Terms({ equation, open }: { readonly equation: Sum | Softmax; readonly open: Signal<boolean> }) {
  const { terms, kind } = equation;
  const isOverTokens = kind === "softmax" || current.value === "head";
  // A bias is one number, without a factor.
  const bias = terms.at(-1)?.factors.length === 1 ? terms.length - 1 : -1;
  const chosen = kind === "softmax" ? equation.chosen : bias;
  const places = open.value
    ? terms.map((_, i) => i)
    : isOverTokens
      ? weightiest(
          terms.map(({ value }) => value),
          TOKENS,
          chosen,
        )
      : folded(terms.length, FIRST, chosen);
  const rest = terms.filter((_, i) => !places.includes(i));
  const total = kind === "softmax" ? equation.total : equation.computed;
  const largest = Math.max(...terms.map(({ value }) => Math.abs(value)));
  if (kind === "sum" && terms.length === 1)
    return <TermLine term={terms[0] as Term} largest={largest} isChosen={false} isAlone />;
  return (
    <>
      <ul class="terms">
        {places.map((i) => (
          <li key={i}>
            <TermLine
              term={terms[i] as Term}
              largest={largest}
              isChosen={kind === "softmax" && i === chosen}
              token={isOverTokens ? tokenAt("key", i) : undefined}
              power={kind === "softmax" ? equation.shift : undefined}
            />
          </li>
        ))}
      </ul>
      {rest.length > 0 && (
        <p class="rest">
          <button
            type="button"
            class="fold"
            aria-expanded={false}
            onClick={() => {
              open.value = true;
            }}
          >
            {words.moreSum(rest.length)}
          </button>{" "}
          <span class="number">{shown(rest.reduce((sum, { value }) => sum + value, 0))}</span>
        </p>
      )}
      <p class="total">
        {words.sum} <span class="number">{shown(total)}</span>
        {kind === "softmax" && (
          <span class="quotient">
            <span class="number">{shown(terms[chosen]?.value ?? 0)}</span> /{" "}
            <span class="number">{shown(total)}</span> ={" "}
            <strong class="number">{shown(equation.computed)}</strong>
          </span>
        )}
      </p>
      {kind === "softmax" && equation.shift !== 0 && <p class="note">{words.shift(shown(equation.shift))}</p>}
    </>
  );
}

interface TermLineProps {
  readonly term: Term;
  readonly largest: number;
  readonly isChosen: boolean;
  readonly token?: string | undefined;
  /** Of a softmax: what is taken off its score. */
  readonly power?: number | undefined;
  /** A bar has nothing to be compared with. */
  readonly isAlone?: boolean;
}

function TermLine({
  term: { factors, value },
  largest,
  isChosen,
  token,
  power,
  isAlone = false,
}: TermLineProps) {
  const share = largest === 0 || isAlone ? 0 : Math.abs(value) / largest;
  return (
    <div class={`term${isChosen ? " chosen" : ""}${power === undefined ? "" : " powered"}`}>
      {token !== undefined && <span class="of">{token}</span>}
      {power !== undefined && <span class="power">e</span>}
      {factors.map((factor, i) => (
        <span class="link" key={factor.label}>
          {i > 0 && <span class="operator">·</span>}
          <Figure factor={factor} />
        </span>
      ))}
      <span class="operator">=</span>
      <span class="number product">{shown(value)}</span>
      <span class="bar" aria-hidden="true">
        <span style={{ width: `${100 * share}%`, background: `var(${value < 0 ? "--gold" : "--weight"})` }} />
      </span>
    </div>
  );
}
