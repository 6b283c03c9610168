/** Cases of pond apply. */
import type { CommandCases } from "../case.ts";

const INBOX = `kind: Inbox
name: field
desc: Tables from the field
spec:
  pattern: /home/ana/sensors/*.csv
`;

const NOYO = `apiVersion: github.com/jmacd/duckpond/v1
kind: HydroVu
name: noyo
spec:
  key: "{{ key }}"
  secret: "\${env:HYDRO_KEY_VALUE}"
  devices:
  - {id: 1, name: BDock, scope: Vulink}
`;

const WRONG = `kind: Inbox
name: field
spec:
  patern: /home/ana/*.csv
---
kind: Hydrovu
name: noyo
---
kind: HydroVu
name: noyo
spec:
  key: kkq7-client-id
  secret: zzv4-client-secret
  devices:
  - {id: one, name: BDock, scope: Vulink}
`;

const SITE = `kind: Template
name: site
spec:
  collections:
  - {name: a, in_pattern: "/sensors/*.csv", out_pattern: $0.md, template_file: page.md}
  - {name: b, in_pattern: "/sensors/*.csv", out_pattern: $0.md, template: "{{ args | fist }}"}
`;

/** What `pond apply` is asked. */
export const CASES: CommandCases = {
  cases: [
    {
      says: "a new one",
      files: { "inbox.yaml": INBOX },
      line: "pond apply -f inbox.yaml",
    },
    {
      says: "for programs",
      files: { "inbox.yaml": INBOX },
      line: "pond apply -f inbox.yaml --json",
    },
    {
      says: "several files, one of which differs",
      files: { "inbox.yaml": INBOX, "noyo.yaml": NOYO },
      setup: ["pond apply inbox.yaml noyo.yaml -v key=${env:A}"],
      line: "pond apply -f inbox.yaml -f noyo.yaml -v key=${env:B}",
    },
    {
      says: "a template in a file of its own",
      files: {
        "site/site.yaml": SITE.replace("fist", "first"),
        "site/page.md": "# {{ args[0] }}\n",
      },
      line: "pond apply -f site/site.yaml",
    },
    {
      says: "a template that is wrong",
      files: { "site.yaml": SITE },
      line: "pond apply -f site.yaml",
      error: "INVALID_ARGUMENT",
    },
    {
      says: "a template in a file that isn't there",
      files: { "site.yaml": SITE.replace("fist", "first") },
      line: "pond apply -f site.yaml",
      error: "INVALID_ARGUMENT",
    },
    {
      says: "nothing that differs",
      files: { "inbox.yaml": INBOX },
      setup: ["pond apply -f inbox.yaml"],
      line: "pond apply -f inbox.yaml",
    },
    {
      says: "only shown",
      files: { "inbox.yaml": INBOX },
      line: "pond apply -n -f inbox.yaml",
    },
    {
      says: "from standard input",
      stdin: INBOX,
      line: "pond apply -f -",
    },
    {
      says: "everything that is wrong, and no secret",
      files: { "wrong.yaml": WRONG },
      line: "pond apply -f wrong.yaml",
      error: "INVALID_ARGUMENT",
    },
    {
      says: "a variable that has no value",
      files: { "noyo.yaml": NOYO },
      line: "pond apply -f noyo.yaml -v kye=x",
      error: "INVALID_ARGUMENT",
    },
    {
      says: "no file",
      line: "pond apply",
      error: "INVALID_ARGUMENT",
    },
    {
      says: "a file that isn't there",
      line: "pond apply -f inbox.yml",
      error: "NOT_FOUND",
    },
    {
      says: "a kind that can't run",
      stdin:
        "kind: Copy\nname: c\nspec: {bucket: b, region: r, key: file:/k, secret: file:/s, endpoint: https://s3.example.org, backup_uuid: u}\n",
      line: "pond apply -f -",
      error: "UNSUPPORTED",
    },
    {
      says: "a backup in an object store",
      stdin:
        "kind: Backup\nname: b\nspec: {bucket: b, region: r, key: file:/k, secret: file:/s, endpoint: https://s3.example.org}\n",
      line: "pond apply -f -",
      error: "UNSUPPORTED",
    },
  ],
};
