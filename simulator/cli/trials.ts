// The commands that put kasm-sim itself to the test: `replay` and `fuzz`.
import { type Command, Option } from 'commander'
import { examples } from './examples.ts'
import { parseJobs, parseSeeds } from './flags.ts'

export function addTrials(program: Command, setExitCode: (exitCode: number) => void): void {
  addReplay(program, setExitCode)
  addFuzz(program, setExitCode)
}

function addReplay(program: Command, setExitCode: (exitCode: number) => void): void {
  program
    .command('replay')
    .description('Run again what a trace tells of, and say where the two part.')
    .argument('<trace>', 'a file that `kasm-sim run` wrote')
    .option('--har <file>', "run nothing: write the trace's registry requests as an HTTP archive (HAR) to this file")
    .option('--json', 'print one JSON document instead of text')
    .addHelpText(
      'after',
      examples([['kasm-sim replay runs/storm-1/trace.jsonl', 'identical, or the first line that differs']]),
    )
    .action(async (trace, flags) => setExitCode(await (await import('./replay.ts')).replay(trace, flags)))
}

function addFuzz(program: Command, setExitCode: (exitCode: number) => void): void {
  program
    .command('fuzz')
    .description('Hold drawn scenarios against what must hold in every run, and shrink those that fail.')
    .addOption(
      new Option('--seeds <first..last>', 'which seeds to draw scenarios from')
        .argParser(parseSeeds)
        .default({ first: 1, last: 1_000 }, '1..1000'),
    )
    .addOption(new Option('--scenario <scenario>', 'judge this scenario instead').conflicts('seeds'))
    .addOption(new Option('--jobs <number>', 'worker threads').argParser(parseJobs).default(2))
    .option('--output <folder>', 'where the shrunk scenarios go', 'runs/fuzz')
    .option('--json', 'print one JSON document instead of text')
    .addOption(
      new Option('--mutant <name>', 'a build that is wrong on purpose')
        .choices(['cap-plus-one', 'lost-pull', 'limit-plus-one'])
        .hideHelp(),
    )
    .addHelpText(
      'after',
      examples([
        ['kasm-sim fuzz', 'a thousand scenarios'],
        ['kasm-sim fuzz --seeds 417..417', 'one of them'],
        ['kasm-sim fuzz --scenario storm', 'a scenario of your own, or a shrunk one'],
      ]),
    )
    .action(async (flags) => setExitCode(await (await import('./fuzz.ts')).fuzzCommand(flags)))
}
