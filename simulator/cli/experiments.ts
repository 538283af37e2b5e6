// The commands that vary a scenario, `what-if` and `find-max`, and their flags.
import { type Command, InvalidArgumentError, Option } from 'commander'
import { examples } from './examples.ts'

/** Adds both commands; `setExitCode` is told the exit code of one that ended without an error. */
export function addExperiments(program: Command, setExitCode: (exitCode: number) => void): void {
  addWhatIf(program, setExitCode)
  addFindMax(program, setExitCode)
}

function addWhatIf(program: Command, setExitCode: (exitCode: number) => void): void {
  program
    .command('what-if')
    .description('Run a scenario with other values, many times in virtual time, and compare.')
    .argument('<scenario>', 'name of a shipped scenario or question, or a file (.ts, .yaml, .json)')
    .addOption(varyOption('a field of the scenario and the values it takes, like fleet.cap=2,4,8 (repeatable)'))
    .addOption(countOption('--seeds <number>', 'runs of each point, with the same seeds everywhere').default(10))
    .addOption(new Option('--metric <name>', 'what to show (repeatable; default: the usual ones)').argParser(collect))
    .addOption(
      new Option('--precision <share>', 'add seeds until each interval is this narrow, like 5%').argParser(parseShare),
    )
    .addOption(countOption('--seeds-max <number>', 'most seeds of a point that --precision may reach').default(500))
    .option('--compare <points...>', 'two values of one parameter, like fleet.cap=2 fleet.cap=4')
    .addOption(countOption('--jobs <number>', 'runs at once (default: one for each core)'))
    .addOption(countOption('--runs-max <number>', 'most runs that the experiment may need').default(100_000))
    .option('--out <folder>', 'where table, plots and page go (default: runs/<scenario>-what-if-<number>)')
    .addOption(new Option('--csv', 'print the table as CSV').conflicts('json'))
    .option('--json', 'print the results as one JSON document')
    .addHelpText(
      'after',
      examples([
        ['kasm-sim what-if storm --vary fleet.agents=100,1000 --vary fleet.cap=2,4,8', 'a grid of six points'],
        ['kasm-sim what-if caps --vary fleet.cap=2,4 --compare fleet.cap=2 fleet.cap=4', 'and the difference'],
        ['kasm-sim what-if fleet.yaml --vary network.preset=home,branch-office --precision 5%', 'a file of yours'],
      ]),
    )
    .action(async (scenario, flags) => setExitCode(await (await import('./what-if.ts')).whatIf(scenario, flags)))
}

function addFindMax(program: Command, setExitCode: (exitCode: number) => void): void {
  program
    .command('find-max')
    .description('Find the largest value for which a condition holds, in virtual time.')
    .argument('<scenario>', 'name of a shipped scenario or question, or a file (.ts, .yaml, .json)')
    .addOption(
      varyOption(
        'the field and its range, like fleet.agents=10..10000; others with one value each',
      ).makeOptionMandatory(),
    )
    .requiredOption('--while <condition>', 'what must hold with every seed, like "p95(readyMs) < 30min"')
    .addOption(countOption('--seeds <number>', 'runs of each value that is tried').default(5))
    .addOption(countOption('--jobs <number>', 'runs at once (default: one for each core)'))
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      examples([
        ['kasm-sim find-max storm --vary fleet.agents=10..10000 --while "p95(readyMs) < 30min"', 'how many agents'],
        ['kasm-sim find-max hub-plans --vary fleet.agents=1..100 --while "pulls-denied == 0"', 'without a refusal'],
      ]),
    )
    .action(async (scenario, flags) => setExitCode(await (await import('./find-max.ts')).findMaximum(scenario, flags)))
}

function varyOption(description: string): Option {
  return new Option('--vary <path=values>', description).argParser(collect)
}

function countOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser(parseCount)
}

function collect(text: string, earlier: string[] = []): string[] {
  return [...earlier, text]
}

function parseCount(text: string): number {
  const count = /^\d+$/.test(text) ? Number(text) : 0
  if (!(count >= 1) || !Number.isSafeInteger(count)) throw new InvalidArgumentError('It must be a whole number from 1.')
  return count
}

/** `5%` or `0.05`. */
function parseShare(text: string): number {
  const [, number, percent] = /^(\d+(?:\.\d+)?)(%?)$/.exec(text) ?? []
  const share = number === undefined ? Number.NaN : Number(number) / (percent === '%' ? 100 : 1)
  if (!(share > 0 && share < 1)) throw new InvalidArgumentError('It must be a share above 0 and below 1, like 5%.')
  return share
}
