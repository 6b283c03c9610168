/** Cases of pond branch. */
import type { CommandCases } from "../case.ts";

/** What `pond branch` is asked. */
export const CASES: CommandCases = {
  cases: [
    {
      says: "a new one",
      line: "pond branch second",
    },
    {
      says: "one is deleted, for programs",
      line: "pond branch -dn trial --force --json",
    },
    {
      says: "the branches",
      line: "pond branch",
    },
    {
      says: "for programs",
      line: "pond branch --json",
    },
    {
      says: "of an earlier state",
      line: "pond branch before --at v1",
    },
    {
      says: "a new one, only shown",
      line: "pond branch second -n",
    },
    {
      says: "a new one, only shown, for programs",
      line: "pond branch second -n --json",
    },
    {
      says: "one is deleted, only shown",
      line: "pond branch -dn trial --force",
    },
    {
      says: "a scratch branch",
      line: "pond branch --scratch --ttl 1h",
    },
    {
      says: "one is deleted",
      line: "pond branch -d second",
      setup: ["pond branch second"],
    },
    {
      says: "one with work of its own",
      line: "pond branch -d trial",
      error: "INVALID_ARGUMENT",
    },
    {
      says: "all the same",
      line: "pond branch -d --force trial",
    },
    {
      says: "there already",
      line: "pond branch trial",
      error: "ALREADY_EXISTS",
    },
    {
      says: "not there",
      line: "pond branch -d nothing",
      error: "NOT_FOUND",
    },
    {
      says: "a revision that there is not",
      line: "pond branch new --at v99",
      error: "REVISION_NOT_FOUND",
    },
    {
      says: "options that mean nothing",
      line: "pond branch --ttl 1h",
      error: "INVALID_ARGUMENT",
    },
    {
      says: "a name that is none",
      line: "pond branch a/b",
      error: "INVALID_NAME",
    },
  ],
};
