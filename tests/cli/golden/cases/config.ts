/** Cases of pond config. */
import type { CommandCases } from "../case.ts";

const HOME = { HOME: "/home/ana" };

/** What `pond config` is asked. */
export const CASES: CommandCases = {
  cases: [
    {
      says: "all of it",
      line: "pond config",
    },
    {
      says: "where it comes from",
      setup: ["pond config set --layer pond query.timeout 5min"],
      line: "pond config list --origin",
      env: { POND_FORMAT: "csv" },
    },
    {
      says: "for programs",
      line: "pond config list --json",
    },
    {
      says: "one value",
      line: "pond config get cache-size",
      env: { POND_CACHE_SIZE: "64MiB" },
    },
    {
      says: "one value, and where it comes from",
      line: "pond config get cache-size --origin",
      env: { POND_CACHE_SIZE: "64MiB" },
    },
    {
      says: "one value, for programs",
      line: "pond config get cache-size --json",
    },
    {
      says: "set for the user, only shown",
      line: "pond config set author ana -n",
      env: HOME,
    },
    {
      says: "set for the user, for programs",
      line: "pond config set author ana --json",
      env: HOME,
    },
    {
      says: "taken out of the user's, and set in the pond",
      setup: ["pond config set --layer pond query.timeout 5min"],
      line: "pond config unset query.timeout",
      env: HOME,
      error: "NOT_FOUND",
    },
    {
      says: "set for the user",
      line: "pond config set author ana",
      env: HOME,
    },
    {
      says: "set in the pond",
      line: "pond config set --layer pond durability relaxed",
    },
    {
      says: "taken out of the pond",
      setup: ["pond config set --layer pond query.timeout 5min"],
      line: "pond config unset --layer pond query.timeout",
    },
    {
      says: "one that is not set",
      line: "pond config get editor",
      error: "NOT_FOUND",
    },
    {
      says: "a key that there is not",
      line: "pond config get cachesize",
      error: "INVALID_ARGUMENT",
    },
    {
      says: "a value that is none",
      line: "pond config set --layer pond query.threads many",
      error: "INVALID_ARGUMENT",
    },
    {
      says: "a program, in the pond",
      line: "pond config set --layer pond pager less",
      error: "INVALID_ARGUMENT",
    },
    {
      says: "a verb that there is not",
      line: "pond config show",
      error: "INVALID_ARGUMENT",
    },
  ],
};
