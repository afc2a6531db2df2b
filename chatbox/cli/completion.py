"""`chatbox completion`: what a shell needs to complete commands and options, out of the parser."""

import argparse
import shlex
from collections.abc import Iterator

from chatbox.cli.command import Command, Parser
from chatbox.config import Loaded

Action = argparse.Action


def _add_options(parser: Parser) -> None:
    parser.add_argument("shell", choices=list(_SCRIPTS), help="the shell that is to complete")


def _run(options: argparse.Namespace, _loaded: Loaded) -> int:
    print(_SCRIPTS[options.shell](options.parser), end="")
    return 0


def _commands(parser: Parser) -> Iterator[tuple[str, str, Parser]]:
    """Name, help and parser of every command."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            helps = {choice.dest: choice.help or "" for choice in action._choices_actions}
            for name, command in action.choices.items():
                yield name, helps[name], command


def _options(parser: Parser) -> list[Action]:
    return [action for action in parser._actions if action.option_strings]


def _values(parser: Parser) -> list[str]:
    """What may stand there without dashes."""
    found: list[str] = []
    for action in parser._actions:
        if not action.option_strings and action.choices:
            found += map(str, action.choices)
    return found


def _takes_value(action: Action) -> bool:
    return action.nargs != 0


def _choices(action: Action) -> str:
    return " ".join(map(str, action.choices or ()))


# --- bash -----------------------------------------------------------------------


def _bash(parser: Parser) -> str:
    names = [name for name, _, _ in _commands(parser)]
    words = [f"    '') words={shlex.quote(' '.join([*names, '--help', '--version']))} ;;"]
    values: dict[str, str] = {}
    for name, _, command in _commands(parser):
        strings = [text for action in _options(command) for text in action.option_strings]
        words.append(f"    {name}) words={shlex.quote(' '.join([*_values(command), *strings]))} ;;")
        for action in filter(_takes_value, _options(command)):
            for text in action.option_strings:
                values[f"    '{name} {text}')"] = _bash_value(action)
    return _BASH.format(
        names="|".join(names),
        values="\n".join(f"{case} {reply}; return ;;" for case, reply in values.items()),
        words="\n".join(words),
    )


def _bash_value(action: Action) -> str:
    if action.metavar == "DIR":
        return 'compopt -o filenames; COMPREPLY=($(compgen -d -- "$current"))'
    if action.metavar == "FILE":
        return 'compopt -o filenames; COMPREPLY=($(compgen -f -- "$current"))'
    return f'COMPREPLY=($(compgen -W {shlex.quote(_choices(action))} -- "$current"))'


_BASH = """\
# chatbox, for bash: source <(chatbox completion bash)
_chatbox() {{
  local current="${{COMP_WORDS[COMP_CWORD]}}" before="${{COMP_WORDS[COMP_CWORD-1]}}"
  local command='' words='' word
  local IFS=$' \\n'
  COMPREPLY=()
  for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    case "$word" in {names}) command="$word"; break ;; esac
  done
  case "$command $before" in
{values}
  esac
  case "$command" in
{words}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}}
complete -F _chatbox chatbox
"""


# --- zsh ------------------------------------------------------------------------


def _zsh(parser: Parser) -> str:
    commands = " ".join(shlex.quote(f"{name}:{told}") for name, told, _ in _commands(parser))
    cases = []
    for name, _, command in _commands(parser):
        specs = [
            _zsh_option(action, text)
            for action in _options(command)
            for text in action.option_strings
        ]
        if values := _values(command):
            specs.insert(0, f"1:what:({' '.join(values)})")
        lines = " \\\n        ".join(map(shlex.quote, specs))
        cases.append(f"      {name})\n        _arguments {lines} ;;")
    return _ZSH.format(commands=commands, cases="\n".join(cases))


def _zsh_option(action: Action, text: str) -> str:
    told = (action.help or "").replace("[", "(").replace("]", ")").replace(":", ",")
    spec = f"{text}[{told}]"
    if not _takes_value(action):
        return spec
    kinds = {"DIR": "_files -/", "FILE": "_files"}
    kind = f"({_choices(action)})" if action.choices else kinds.get(str(action.metavar), "")
    return f"{spec}:{action.dest}:{kind}"


_ZSH = """\
#compdef chatbox
# chatbox, for zsh: chatbox completion zsh > a file named _chatbox in a folder of $fpath
_chatbox() {{
  local -a commands
  commands=({commands})
  if (( CURRENT == 2 )); then
    _describe command commands
    _arguments '--help[show the help]' '--version[tell the versions]'
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
{cases}
  esac
}}
if [[ $funcstack[1] == _chatbox ]]; then
  _chatbox "$@"
else
  compdef _chatbox chatbox
fi
"""


# --- fish -----------------------------------------------------------------------


def _fish(parser: Parser) -> str:
    lines = ["# chatbox, for fish: chatbox completion fish | source", "complete -c chatbox -f"]
    first = "complete -c chatbox -n __fish_use_subcommand"
    lines += [f"{first} -l version -d 'tell the versions'", f"{first} -l help -d 'show the help'"]
    for name, told, command in _commands(parser):
        lines.append(f"{first} -a {name} -d {_fish_text(told)}")
        seen = f"complete -c chatbox -n '__fish_seen_subcommand_from {name}'"
        if values := _values(command):
            lines.append(f"{seen} -a {_fish_text(' '.join(values))}")
        for action in _options(command):
            lines.append(f"{seen} {_fish_option(action)}")
    return "\n".join(lines) + "\n"


def _fish_option(action: Action) -> str:
    names = [
        f"-l {text[2:]}" if text.startswith("--") else f"-s {text[1:]}"
        for text in action.option_strings
    ]
    value = ""
    if _takes_value(action):
        kinds = {"DIR": " -x -a '(__fish_complete_directories)'", "FILE": " -r -F"}
        listed = f" -x -a {_fish_text(_choices(action))}"
        value = listed if action.choices else kinds.get(str(action.metavar), " -x")
    return f"{' '.join(names)}{value} -d {_fish_text(action.help or '')}"


def _fish_text(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


_SCRIPTS = {"bash": _bash, "zsh": _zsh, "fish": _fish}

COMMAND = Command(
    "completion",
    "print a script that completes commands in your shell",
    "Print a script for bash, zsh or fish that completes chatbox's commands and options.",
    _add_options,
    _run,
    examples=(
        ("source <(chatbox completion bash)", "for this bash; the same line in ~/.bashrc"),
        ('chatbox completion zsh > "${fpath[1]}/_chatbox"', "for zsh"),
        ("chatbox completion fish > ~/.config/fish/completions/chatbox.fish", "for fish"),
    ),
)
