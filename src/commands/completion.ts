import type { Command } from 'commander';
import { requirements } from '../../specs/index.ts';
import { topics } from '../contract/requirement.ts';
import { type Call, complain } from './shared.ts';

/** A command with the options that it takes, as they are typed. */
interface Completed {
  readonly name: string;
  readonly about: string;
  readonly options: readonly { readonly flag: string; readonly about: string }[];
}

const shells = { bash, zsh, fish } as const;

/** Prints what makes a shell complete commands, options and requirements. @returns the exit code */
export async function completionCommand(
  shell: string,
  program: Command,
  { output }: Call,
): Promise<number> {
  if (!Object.hasOwn(shells, shell)) {
    complain(output, `There is completion for ${Object.keys(shells).join(', ')}.`);
    return 2;
  }
  output.out(shells[shell as keyof typeof shells](program.commands.map(completed)));
  return 0;
}

function completed(command: Command): Completed {
  const options = command.options.flatMap(({ long, description }) =>
    long ? [{ flag: long, about: description }] : [],
  );
  return { name: command.name(), about: command.description(), options };
}

const ids = [...topics, ...requirements.map(({ id }) => id)];
/** The command that may be left out. */
const usual = 'run';

function bash(commands: readonly Completed[]): string {
  const flagsOf = ({ options }: Completed) => options.map(({ flag }) => flag).join(' ');
  const cases = commands.map((one) => `    ${one.name}) words='${flagsOf(one)}' ;;`);
  const first = commands.find(({ name }) => name === usual);
  return `# source <(portal-conformance completion bash)
_portal_conformance() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} words
  case $previous in
    --only|--skip|--allow-untested|explain)
      COMPREPLY=($(compgen -W '${ids.join(' ')}' -- "$current"))
      return ;;
  esac
  case \${COMP_WORDS[1]} in
${cases.join('\n')}
    *) words='${first ? flagsOf(first) : ''} ${commands.map(({ name }) => name).join(' ')}' ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _portal_conformance portal-conformance
`;
}

/** It reads what is written for bash. */
function zsh(commands: readonly Completed[]): string {
  return `# source <(portal-conformance completion zsh)
autoload -U +X compinit && compinit -u
autoload -U +X bashcompinit && bashcompinit
${bash(commands).split('\n').slice(1).join('\n')}`;
}

function fish(commands: readonly Completed[]): string {
  const quoted = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const names = commands.map(({ name }) => name).filter((name) => name !== usual);
  const lines = commands.flatMap(({ name, about, options }) => {
    const isUsual = `not __fish_seen_subcommand_from ${names.join(' ')}`;
    const when = quoted(name === usual ? isUsual : `__fish_seen_subcommand_from ${name}`);
    return [
      `complete -c portal-conformance -n __fish_use_subcommand -f -a ${name} -d ${quoted(about)}`,
      ...options.map(
        (one) =>
          `complete -c portal-conformance -n ${when} -l ${one.flag.slice(2)} -d ${quoted(one.about)}`,
      ),
    ];
  });
  const selects = ['only', 'skip', 'allow-untested'].map(
    (name) => `complete -c portal-conformance -l ${name} -x -a ${quoted(ids.join(' '))}`,
  );
  return `# portal-conformance completion fish | source
${[...lines, ...selects].join('\n')}
complete -c portal-conformance -n '__fish_seen_subcommand_from explain' -f -a ${quoted(ids.join(' '))}
`;
}
