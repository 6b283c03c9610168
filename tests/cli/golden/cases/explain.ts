/** Cases of pond explain. */
import type { Case, CommandCases } from "../case.ts";

const RESOURCES = `kind: Combine
name: noyo
spec:
  scopes:
  - name: dock
    series:
    - pattern: /sensors/a*
    - pattern: /sensors/missing*
---
kind: Reduce
name: hours
spec:
  collections:
  - name: all
    resolutions: [1h]
    datasets:
    - in_pattern: /Combine/noyo/*/combine
      out_pattern: site=$0
`;

const CIRCLE = `kind: Combine
name: a
spec:
  scopes: [{name: x, series: [{pattern: /Combine/b/x/*}]}]
---
kind: Combine
name: b
spec:
  scopes: [{name: x, series: [{pattern: /Combine/a/x/*}]}]
`;

const APPLIED: Pick<Case, "files" | "setup"> = {
  files: { "views.yaml": RESOURCES },
  setup: ["pond apply -f views.yaml"],
};

/** What `pond explain` is asked. */
export const CASES: CommandCases = {
  cases: [
    {
      ...APPLIED,
      says: "a computed file",
      line: "pond explain /Reduce/hours/all/site=dock/res=1h",
    },
    {
      ...APPLIED,
      says: "for programs",
      line: "pond explain --json /Combine/noyo/dock/combine",
    },
    {
      says: "a file that nothing computes",
      line: "pond explain /sensors/a.csv",
    },
    {
      says: "one of two is not there",
      line: "pond explain /sensors/a.csv /nothing",
      exit: 3,
    },
    {
      says: "not there",
      line: "pond explain /nothing",
      error: "NOT_FOUND",
    },
    {
      says: "a directory",
      line: "pond explain /sensors",
      error: "IS_A_DIRECTORY",
    },
    {
      files: { "circle.yaml": CIRCLE },
      setup: ["pond apply -f circle.yaml"],
      says: "what is made from itself",
      line: "pond explain /Combine/a/x/combine",
      error: "LOOP",
    },
    {
      ...APPLIED,
      says: "a resource that is no more",
      setup: [
        "pond apply -f views.yaml",
        "pond rm /.pond/resources/Combine/noyo.yaml",
        "pond touch /.pond/resources/Combine/noyo.yaml",
      ],
      line: "pond explain /Combine/noyo/dock/combine",
      error: "INVALID_ARGUMENT",
    },
    {
      says: "a revision that there is not",
      line: "pond explain --at v99 /sensors/a.csv",
      error: "REVISION_NOT_FOUND",
    },
  ],
};
