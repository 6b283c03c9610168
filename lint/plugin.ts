/**
 * The project's own lint rules.
 *
 * - `pond/function-length`: no function in `src/` is longer than 70 lines.
 * - `pond/platform-boundary`: only `src/host/` names `Deno` or a `node:` module.
 *
 * @module
 */

/** The most lines of a function, from its first to its last. */
export const MAX_FUNCTION_LINES = 70;

const ROOT = (import.meta.dirname ?? "").replaceAll("\\", "/")
  .replace(/\/lint$/, "");

type FunctionNode =
  | Deno.lint.ArrowFunctionExpression
  | Deno.lint.FunctionDeclaration
  | Deno.lint.FunctionExpression;

const functionLength: Deno.lint.Rule = {
  create(context) {
    if (folderOf(context.filename) === "elsewhere") return {};
    const measure = (node: FunctionNode) => {
      const text = context.sourceCode.text.slice(...node.range);
      const lines = text.split("\n").length;
      if (lines <= MAX_FUNCTION_LINES) return;
      context.report({
        node,
        message:
          `This function has ${lines} lines, more than ${MAX_FUNCTION_LINES}`,
        hint: "Split it: control flow in the parent, pure leaves below it",
      });
    };
    return {
      FunctionDeclaration: measure,
      FunctionExpression: measure,
      ArrowFunctionExpression: measure,
    };
  },
};

const platformBoundary: Deno.lint.Rule = {
  create(context) {
    if (folderOf(context.filename) !== "src") return {};
    const report = (node: Deno.lint.Node, name: string) =>
      context.report({
        node,
        message: `Only src/host names the platform: ${name}`,
        hint: "Take a Host (src/host/host.ts) as a parameter",
      });
    const source = (node: { source: Deno.lint.Node | null }) => {
      const name = nodeModule(node.source);
      if (node.source !== null && name !== undefined) report(node.source, name);
    };
    return {
      // A name that is used, not a property or key that happens to be so called.
      MemberExpression(node) {
        if (isCalled(node.object, "Deno")) report(node, "Deno");
        const viaGlobal = isCalled(node.object, "globalThis") &&
          isCalled(node.property, "Deno");
        if (viaGlobal) report(node, "Deno");
      },
      TSQualifiedName(node) {
        if (isCalled(node.left, "Deno")) report(node, "Deno");
      },
      ImportDeclaration: source,
      ExportAllDeclaration: source,
      ExportNamedDeclaration: source,
      ImportExpression: source,
    };
  },
};

/** Which rules a file is under; its name is absolute, or from the root. */
function folderOf(filename: string): "host" | "src" | "elsewhere" {
  const path = filename.replaceAll("\\", "/").replace(`${ROOT}/`, "");
  if (path.startsWith("src/host/")) return "host";
  return path.startsWith("src/") ? "src" : "elsewhere";
}

function isCalled(node: Deno.lint.Node, name: string): boolean {
  return node.type === "Identifier" && node.name === name;
}

function nodeModule(source: Deno.lint.Node | null): string | undefined {
  if (source?.type !== "Literal") return undefined;
  const { value } = source;
  return typeof value === "string" && value.startsWith("node:")
    ? value
    : undefined;
}

const plugin: Deno.lint.Plugin = {
  name: "pond",
  rules: {
    "function-length": functionLength,
    "platform-boundary": platformBoundary,
  },
};

export default plugin;
