/**
 * Scripts that make shells ask `pond complete` for candidates.
 *
 * A line of its answer is a candidate, a tab and a description; the line
 * `:files` asks the shell to complete names of the host.
 *
 * @module
 */
import type { Shell } from "./command.ts";

// Bash splits words at the characters of COMP_WORDBREAKS, such as @ and =, too:
// they are put together again, and what stands before the last piece is taken
// off the candidates.
const BASH = `# Completion of pond in bash: source <(pond completions bash)
_pond() {
  local rest=$COMP_LINE word words=() i count=0
  for ((i = 0; i <= COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if ((count == 0)) || [[ $rest == [[:space:]]* ]]; then
      rest=\${rest#"\${rest%%[![:space:]]*}"}
      words[count++]=$word
    else
      words[count - 1]+=$word
    fi
    rest=\${rest#"$word"}
  done
  local last=\${COMP_WORDS[COMP_CWORD]} quote=
  local prefix=\${words[count - 1]%"$last"}
  [[ \${words[count - 1]} == [\\"\\']* ]] && quote=1
  for ((i = 0; i < count; i++)); do
    word=\${words[i]#[\\"\\']}
    words[i]=\${word//\\\\/}
  done
  COMPREPLY=()
  local candidate description
  while IFS=$'\\t' read -r candidate description; do
    if [[ $candidate == :files ]]; then
      compopt -o filenames 2>/dev/null
      while IFS= read -r candidate; do
        COMPREPLY+=("$candidate")
      done < <(compgen -f -- "\${words[count - 1]}")
      return
    fi
    candidate=\${candidate#"$prefix"}
    [[ $quote ]] || printf -v candidate %q "$candidate"
    COMPREPLY+=("$candidate")
  done < <("\${words[0]}" complete -- "\${words[@]:1}" 2>/dev/null)
  if [[ \${#COMPREPLY[@]} == 1 && \${COMPREPLY[0]} == */ ]]; then
    compopt -o nospace 2>/dev/null
  fi
}
complete -F _pond pond
`;

const ZSH = `#compdef pond
# Completion of pond in zsh: source <(pond completions zsh)
_pond() {
  local line value
  local -a names shown directories
  for line in "\${(@f)$("\${words[1]}" complete -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)}"; do
    [[ -n $line ]] || continue
    if [[ $line == :files ]]; then
      _files
      return
    fi
    value=\${line%%$'\\t'*}
    if [[ $value == */ ]]; then
      directories+=("$value")
    else
      names+=("$value")
      shown+=("\${line/$'\\t'/  -- }")
    fi
  done
  (( \${#directories} )) && compadd -S '' -- "\${directories[@]}"
  (( \${#names} )) && compadd -l -d shown -- "\${names[@]}"
}
compdef _pond pond
`;

const FISH = `# Completion of pond in fish: pond completions fish | source
function __pond_complete
  set -l words (commandline -opc)
  set -l current (commandline -ct)
  set -l found ($words[1] complete -- $words[2..-1] "$current" 2>/dev/null)
  if test "$found" = :files
    __fish_complete_path "$current"
  else
    printf '%s\\n' $found
  end
end
complete -c pond -f -a '(__pond_complete)'
`;

/** The script for each shell. */
export const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: BASH,
  zsh: ZSH,
  fish: FISH,
};
