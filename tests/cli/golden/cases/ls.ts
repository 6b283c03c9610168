/** Cases of pond ls. */
import type { CommandCases } from "../case.ts";

/** What `pond ls` is asked. */
export const CASES: CommandCases = {
  cases: [
    {
      says: "the root",
      line: "pond ls",
    },
    {
      says: "names with spaces, wide characters and escape sequences",
      line: "pond ls -l /notes",
    },
    {
      says: "hidden names, and what they are",
      line: "pond ls -la /sensors",
    },
    {
      says: "several directories",
      line: "pond ls /sensors /notes",
    },
    {
      says: "what is in directories",
      line: "pond ls -R /",
    },
    {
      says: "a pattern",
      line: "pond ls '/*/*.csv'",
    },
    {
      says: "for xargs",
      line: "pond ls -0 /notes",
    },
    {
      says: "for xargs, of several directories",
      line: "pond ls -0R /",
    },
    {
      says: "in colours, to a pipe",
      line: "pond ls -l --color always /",
    },
    {
      says: "sizes for people",
      line: "pond ls -lhS /",
    },
    {
      says: "as it was",
      line: "pond ls --at v1 /",
    },
    {
      says: "what is staged",
      line: "pond ls -l --pending /",
      setup: [
        "pond touch --no-sync /staged.txt",
        "pond rm --no-sync /sensors/b.csv",
      ],
    },
    {
      says: "for programs",
      line: "pond ls --json /sensors",
    },
    {
      says: "as a table",
      line: "pond ls --format markdown -l /sensors",
    },
    {
      says: "nothing there",
      line: "pond ls /sensor",
      error: "NOT_FOUND",
    },
    {
      says: "one of two is not there",
      line: "pond ls /sensors /nothing",
      exit: 3,
    },
    {
      says: "nothing matches",
      line: "pond ls '/*.txt'",
      error: "NOT_FOUND",
    },
    {
      says: "below a file",
      line: "pond ls /latest/x",
      error: "NOT_A_DIRECTORY",
    },
    {
      says: "links that lead to each other",
      line: "pond ls /loop/x",
      error: "LOOP",
      setup: ["pond ln /loop /loop"],
    },
    {
      says: "a revision that there is not",
      line: "pond ls --at v99",
      error: "REVISION_NOT_FOUND",
    },
    {
      says: "a revision that is none",
      line: "pond ls --at 2026-99-99",
      error: "INVALID_ARGUMENT",
    },
    {
      says: "names too long",
      line:
        "pond ls /xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
      error: "INVALID_NAME",
    },
    {
      says: "a branch that there is not",
      line: "pond ls --branch nothing",
      error: "NOT_FOUND",
    },
    {
      says: "a reader that goes",
      line: "pond ls -R /",
      writes: 0,
    },
    {
      files: {
        "view.yaml":
          "kind: Combine\nname: noyo\nspec:\n  scopes: [{name: dock, series: [{pattern: /sensors/a*}]}]\n",
      },
      setup: ["pond apply -f view.yaml"],
      says: "what a view shows, whose size isn't known",
      line: "pond ls -l /Combine/noyo/dock",
    },
    {
      files: {
        "view.yaml":
          "kind: Combine\nname: noyo\nspec:\n  scopes: [{name: dock, series: [{pattern: /sensors/a*}]}]\n",
      },
      setup: ["pond apply -f view.yaml"],
      says: "what a view shows, for programs",
      line: "pond ls --json /Combine/noyo/dock",
    },
  ],
};
