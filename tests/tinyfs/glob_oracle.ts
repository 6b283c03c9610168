/**
 * Patterns as they are made, not as they are read: an independent matcher for
 * the tests of globs, that tries everything.
 *
 * @module
 */
import fc from "fast-check";

/** A part of a name in a pattern. */
export type Part =
  | { readonly kind: "text"; readonly text: string; readonly escaped: boolean }
  | { readonly kind: "star" }
  | { readonly kind: "any" }
  | {
    readonly kind: "class";
    readonly negated: boolean;
    readonly ranges: readonly (readonly [from: string, to: string])[];
  }
  | { readonly kind: "either"; readonly choices: readonly (readonly Part[])[] };

/** A name in a pattern, or `**`. */
export type NamePart =
  | { readonly kind: "stars" }
  | { readonly kind: "name"; readonly parts: readonly Part[] };

/** A pattern. */
export type Pattern = readonly NamePart[];

/** The pattern as it is written. */
export function textOfPattern(pattern: Pattern): string {
  return pattern.map((name) =>
    name.kind === "stars" ? "**" : name.parts.map(textOfPart).join("")
  ).join("/");
}

function textOfPart(part: Part): string {
  switch (part.kind) {
    case "text":
      return part.escaped ? `\\${part.text}` : part.text;
    case "star":
      return "*";
    case "any":
      return "?";
    case "class": {
      const ranges = part.ranges.map(([from, to]) =>
        from === to ? from : `${from}-${to}`
      );
      return `[${part.negated ? "!" : ""}${ranges.join("")}]`;
    }
    case "either": {
      const choices = part.choices.map((choice) =>
        choice.map(textOfPart).join("")
      );
      return `{${choices.join(",")}}`;
    }
    default:
      return part satisfies never;
  }
}

/**
 * Everything that the wildcards of a pattern can stand for in a path, the
 * shortest first; none when it doesn't match.
 */
export function* assignments(
  pattern: Pattern,
  path: string,
): Generator<string[]> {
  for (const plain of withoutChoices(pattern)) {
    yield* ofNames(plain, path.split("/"));
  }
}

/** A pattern with choices as those without, the first choices first. */
function withoutChoices(pattern: Pattern): Pattern[] {
  return product(
    pattern.map((name): NamePart[] =>
      name.kind === "stars"
        ? [name]
        : withoutChoicesInName(name.parts).map((parts) => ({
          kind: "name",
          parts,
        }))
    ),
  );
}

/**
 * Whether no choice makes a name empty, or puts two stars side by side: written
 * without choices, the pattern would be one of another shape.
 */
function keepsShape(pattern: Pattern): boolean {
  return pattern.every((name) =>
    name.kind === "stars" ||
    withoutChoicesInName(name.parts).every((parts) =>
      parts.length > 0 && parts.every((part, i) =>
        part.kind !== "star" || parts[i - 1]?.kind !== "star"
      )
    )
  );
}

function withoutChoicesInName(parts: readonly Part[]): Part[][] {
  const choices = parts.map((part) =>
    part.kind === "either"
      ? part.choices.flatMap(withoutChoicesInName)
      : [[part]]
  );
  return product(choices).map((lists) => lists.flat());
}

function product<T>(choices: readonly (readonly T[])[]): T[][] {
  return choices.reduce<T[][]>(
    (lists, options) =>
      lists.flatMap((list) => options.map((option) => [...list, option])),
    [[]],
  );
}

function* ofNames(pattern: Pattern, names: string[]): Generator<string[]> {
  const [first, ...rest] = pattern;
  if (first === undefined) {
    if (names.length === 0) yield [];
  } else if (first.kind === "stars") {
    for (let taken = 0; taken <= names.length; taken++) {
      for (const captures of ofNames(rest, names.slice(taken))) {
        yield [...names.slice(0, taken), ...captures];
      }
    }
  } else if (names[0] !== undefined) {
    for (const own of ofName(first.parts, names[0])) {
      for (const captures of ofNames(rest, names.slice(1))) {
        yield [...own, ...captures];
      }
    }
  }
}

function* ofName(parts: readonly Part[], name: string): Generator<string[]> {
  const [first, ...rest] = parts;
  if (first === undefined) {
    if (name === "") yield [];
    return;
  }
  const lengths = first.kind === "star"
    ? Array.from({ length: name.length + 1 }, (_, length) => length)
    : [1];
  for (const length of lengths) {
    const taken = name.slice(0, length);
    if (taken.length < length || !fits(first, taken)) continue;
    for (const captures of ofName(rest, name.slice(length))) {
      yield first.kind === "text" ? captures : [taken, ...captures];
    }
  }
}

function fits(part: Part, text: string): boolean {
  if (part.kind === "text") return part.text === text;
  if (part.kind !== "class") return true;
  const within = part.ranges.some(([from, to]) => from <= text && text <= to);
  return within !== part.negated;
}

// === Making them ===

/** Few letters, so that patterns match now and then. */
const LETTERS = ["a", "b", "c"] as const;

const letter = fc.constantFrom(...LETTERS);

function text(escapes: boolean): fc.Arbitrary<Part> {
  return fc.record({
    kind: fc.constant("text" as const),
    text: escapes ? fc.constantFrom(...LETTERS, "*", "-", "{") : letter,
    escaped: fc.constant(false),
  }).chain((part) => {
    const special = "*{".includes(part.text);
    const escaped = special ? fc.constant(true) : fc.boolean();
    return escapes
      ? escaped.map((value) => ({ ...part, escaped: value }))
      : fc.constant(part);
  });
}

function classPart(negation: boolean): fc.Arbitrary<Part> {
  const range = fc.tuple(letter, letter).map(([a, b]) =>
    (a <= b ? [a, b] : [b, a]) as readonly [string, string]
  );
  return fc.record({
    kind: fc.constant("class" as const),
    negated: negation ? fc.boolean() : fc.constant(false),
    ranges: fc.array(range, { minLength: 1, maxLength: 2 }),
  });
}

/** Two stars in a row would be one: `picomatch` takes them for something else. */
function namePart(part: fc.Arbitrary<Part>): fc.Arbitrary<NamePart> {
  return fc.array(part, { minLength: 1, maxLength: 4 }).map((all) => {
    const parts = all.filter((it, i) =>
      it.kind !== "star" || all[i - 1]?.kind !== "star"
    );
    return { kind: "name" as const, parts };
  });
}

function patterns(part: fc.Arbitrary<Part>): fc.Arbitrary<Pattern> {
  const stars = fc.constant({ kind: "stars" as const });
  const name = fc.oneof(
    { weight: 3, arbitrary: namePart(part) },
    { weight: 2, arbitrary: stars },
  );
  return fc.array(name, { minLength: 1, maxLength: 4 }).map((names) =>
    names.filter((it, i) =>
      it.kind !== "stars" || names[i - 1]?.kind !== "stars"
    )
  );
}

const star = fc.constant({ kind: "star" as const });
const any = fc.constant({ kind: "any" as const });

/**
 * What `picomatch` means the same by. By its `**` at the end it means at least
 * one directory where a wildcard stands before it, and none or more elsewhere.
 */
export const sharedPatterns: fc.Arbitrary<Pattern> = patterns(fc.oneof(
  { weight: 4, arbitrary: text(false) },
  { weight: 4, arbitrary: star },
  { weight: 1, arbitrary: any },
  { weight: 1, arbitrary: classPart(false) },
)).filter((pattern) => {
  const [before, last] = pattern.slice(-2);
  return last?.kind !== "stars" || before?.kind !== "name" ||
    before.parts.every(({ kind }) => kind === "text");
});

/** Everything that patterns can hold. */
export const allPatterns: fc.Arbitrary<Pattern> = patterns(
  fc.letrec<{ part: Part }>((tie) => ({
    part: fc.oneof(
      { maxDepth: 2 },
      text(true),
      star,
      any,
      classPart(true),
      fc.record({
        kind: fc.constant("either" as const),
        choices: fc.array(fc.array(tie("part"), { maxLength: 2 }), {
          minLength: 2,
          maxLength: 3,
        }),
      }),
    ),
  })).part,
).filter((pattern) =>
  keepsShape(pattern) && withoutChoices(pattern).length <= 1000
);

/** Paths of the nodes of a tree, those above them included. */
export const trees: fc.Arbitrary<readonly string[]> = fc.array(
  fc.array(
    fc.string({
      unit: fc.constantFrom(...LETTERS, "*", "-"),
      minLength: 1,
      maxLength: 3,
    }),
    { minLength: 1, maxLength: 4 },
  ),
  { minLength: 1, maxLength: 6 },
).map((paths) => {
  const all = new Set<string>();
  for (const names of paths) {
    names.forEach((_, i) => all.add(names.slice(0, i + 1).join("/")));
  }
  return [...all].sort();
});
