// The commands of `kasm-sim` and their flags. Only this is loaded for `--help`; each command imports what it needs when it runs.
import { Command, Option } from 'commander'
import { KasmSimError } from '../../server/kernel/errors.ts'
import { packageVersion } from '../../server/kernel/version.ts'
import { allowPushOption, backendOption, registryImageOption, upstreamAccountOption } from './backend-options.ts'
import { examples } from './examples.ts'
import { addExperiments } from './experiments.ts'
import {
  collectAccounts,
  collectOrigins,
  collectReferences,
  parseAgents,
  parseHosts,
  parsePort,
  parseQuirk,
  parseScale,
  parseSeed,
  parseSizeText,
  parseSpeed,
  parseTime,
} from './flags.ts'
import { addPush } from './push-command.ts'
import { addTrials } from './trials.ts'

/** A command that reports wrong usage as a coded error, like everything else that can go wrong. */
class CodedCommand extends Command {
  override createCommand(name: string): CodedCommand {
    return new CodedCommand(name)
  }

  override error(message: string): never {
    const cause = message
      .replace(/^error: /, '')
      .replaceAll('\n', ' ')
      .replace(/\.$/, '')
    let path = this.name()
    for (let command = this.parent; command; command = command.parent) path = `${command.name()} ${path}`
    throw new KasmSimError('USAGE', `Failed to read the command line: ${cause}. See "${path} --help".`)
  }
}

/**
 * The command line, ready to parse. `setExitCode` is told the exit code of a command that ended without an error.
 *
 * @example
 * await createProgram((code) => { process.exitCode = code }).parseAsync(['run', 'storm'], { from: 'user' })
 */
export function createProgram(setExitCode: (exitCode: number) => void): Command {
  const program = new CodedCommand('kasm-sim')
    .description('Rehearse how a fleet of Kasm agents keeps its desktop images up to date.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .exitOverride()
  addServe(program)
  addRegistry(program)
  addPush(program)
  addRun(program, setExitCode)
  addExperiments(program, setExitCode)
  addTrials(program, setExitCode)
  addValidate(program, setExitCode)
  addList(program)
  addSchema(program)
  addProfiles(program)
  addDoctor(program, setExitCode)
  return program.addHelpText(
    'after',
    examples([
      ['kasm-sim serve', 'a fake Kasm to point a script at'],
      ['kasm-sim run storm', '25 agents pull the images of the real catalogue'],
      ['kasm-sim run --help', 'the flags of one command'],
    ]),
  )
}

function addServe(program: Command): void {
  program
    .command('serve')
    .description('Start the fake Kasm web app, alone or with agents, until Ctrl-C.')
    .addOption(portOption(8080).env('KASM_SIM_PORT'))
    .addOption(hostOption().env('KASM_SIM_HOST'))
    .addOption(apiKeyOption())
    .addOption(apiKeySecretOption())
    .addOption(managerTokenOption())
    .option('--auto-enable-agents', 'enable agents at their first check-in, which Kasm does not by default')
    .addOption(
      new Option('--prune-images <mode>', 'how new agents prune')
        .choices(['Off', 'Normal', 'Aggressive'])
        .default('Aggressive'),
    )
    .option(
      '--seed <file>',
      'start with this seed (.yaml, .json, .csv, or list.json of a workspace registry) in place of the catalogue',
    )
    .option('--seed-version <version>', 'of a registry: the images for this version of Kasm (default: the newest)')
    .option('--seed-channel <channel>', 'of a registry: the tags of this channel (default: its own)')
    .option('--quirk <name=value>', 'answer as some real servers do (docs/kasm.md); any number of times', parseQuirk)
    .addOption(
      new Option('--data <file>', 'keep the state in this file (default: in memory alone)').env('KASM_SIM_DATA'),
    )
    .addOption(
      new Option('--secret-key <text>', 'what secrets are sealed with (default: <file>.key)').env(
        'KASM_SIM_SECRET_KEY',
      ),
    )
    .addOption(controlTokenOption())
    .option('--https', 'speak HTTPS, with a certificate that signs itself')
    .option('--tls-cert <file>', 'speak HTTPS with this certificate, as PEM')
    .option('--tls-key <file>', 'the key of the certificate, as PEM')
    .addOption(allowOriginOption())
    .addOption(
      new Option('--registry-list-hosts <hosts>', 'fetch lists of workspace registries from these alone, by commas')
        .argParser(parseHosts)
        .default(undefined, 'any'),
    )
    .addOption(
      new Option('--agents <number>', 'with so many agents, and a registry to pull from').argParser(parseAgents),
    )
    .addOption(registryProfileOption())
    .addOption(registryPortOption())
    .option('--log', 'write a JSON line for every request to stderr')
    .option('--json', 'print one JSON line instead of text')
    .addHelpText(
      'after',
      examples([
        ['kasm-sim serve', 'on port 8080'],
        ['kasm-sim serve --port 0 --json', 'on any free port, for scripts'],
        ['KASM_SIM_API_KEY=me KASM_SIM_API_KEY_SECRET=secret kasm-sim serve', 'with a key of your own'],
        ['kasm-sim serve --agents 5 --registry-profile docker-hub-anonymous', 'five agents that live with it'],
        ['kasm-sim serve --seed team.yaml', 'with your own images, users and groups (docs/control.md)'],
        ['kasm-sim serve --data kasm.db', 'go on after the next start from where it stopped'],
      ]),
    )
    .action(async (flags) => (await import('./serve.ts')).serve(flags))
}

function addRegistry(program: Command): void {
  program
    .command('registry')
    .description('Start a local registry alone, until Ctrl-C.')
    .addOption(backendOption('--backend').default('embedded'))
    .option('--profile <name>', 'how the registry behaves: a name of `kasm-sim profiles`, or a file', 'none')
    .addOption(registryImageOption())
    .addOption(allowPushOption())
    .addOption(upstreamAccountOption())
    .addOption(portOption(5055))
    .addOption(
      new Option('--blob-port <number>', 'where redirected blobs are answered, of profiles that redirect them')
        .argParser(parsePort)
        .default(0, 'any free one'),
    )
    .addOption(hostOption())
    .addOption(
      new Option('--account <user:password>', 'an account that can log in (repeatable)')
        .argParser(collectAccounts)
        .default([], 'none'),
    )
    .addOption(
      new Option('--image <reference>', 'publish a synthetic image under this name (repeatable)')
        .argParser(collectReferences)
        .default([], 'none'),
    )
    .addOption(
      new Option('--size <size>', 'size on the wire of each image of --image').argParser(parseSizeText).default('10MB'),
    )
    .option('--catalogue', 'publish the 24 images that Kasm enables at first')
    .addOption(
      new Option('--scale <factor>', 'size of the images of --catalogue, 1 being the real one')
        .argParser(parseScale)
        .default(0.001),
    )
    .option('--faults <file>', 'what goes wrong, and when: a file of faults')
    .option('--log', 'print a line for every request')
    .option('--journal <file>', 'write every request as a JSON line to this file')
    .option('--har <file>', 'at the end, write the last 20,000 requests as an HTTP archive (HAR) to this file')
    .addOption(
      new Option(
        '--control-token [token]',
        'whoever shows it, or a new one that is printed, may read the journal over HTTP (default: your user on this machine may)',
      ).env('KASM_SIM_CONTROL_TOKEN'),
    )
    .option('--json', 'print JSON lines instead of text')
    .addHelpText(
      'after',
      examples([
        ['kasm-sim registry --image team/app:1.0', 'one image of 10 MB'],
        ['kasm-sim registry --profile docker-hub-anonymous --port 5055', '100 pulls in 6 hours, then 429'],
        ['kasm-sim registry --account me:secret --catalogue --log', 'an account, 24 images, every request shown'],
      ]),
    )
    .action(async (flags) => (await import('./registry.ts')).registry(flags))
}

function addRun(program: Command, setExitCode: (exitCode: number) => void): void {
  program
    .command('run')
    .description('Run a scenario and judge what it expects.')
    .argument('<scenario>', 'name of a shipped scenario, or a file (.ts, .yaml, .json)')
    .addOption(
      new Option(
        '--time <kind>',
        'settled: over sockets, as fast as the work gets done; wall: over sockets, at a speed; virtual: without sockets (default: settled where all parts are in this process)',
      ).argParser(parseTime),
    )
    .option('--no-fast-forward', 'in virtual time, carry out even the check-ins that change nothing')
    .addOption(
      new Option(
        '--speed <factor>',
        'how many times faster than the wall; means --time wall (default there: as the scenario says)',
      ).argParser(parseSpeed),
    )
    .addOption(
      new Option('--seed <number>', 'seed of all randomness (default: as the scenario says)').argParser(parseSeed),
    )
    .option('--trace <file>', 'where the events go as JSON lines (default: runs/<scenario>-<number>/trace.jsonl)')
    .option('--summary <file>', 'where the JSON summary goes (default: runs/<scenario>-<number>/summary.json)')
    .option('--logs <folder>', "write each agent's log, as a Kasm agent would, to this folder")
    .option('--journal <file>', "write the registry's requests as JSON lines to this file")
    .option('--har <file>', "write the registry's requests as an HTTP archive (HAR) to this file")
    .option('--content <folder>', 'keep the pulled blobs in this folder (default: verify and drop them)')
    .option('--web-app <url>', 'check in with this fake Kasm (default: the run has one of its own)')
    .addOption(apiKeyOption())
    .addOption(apiKeySecretOption())
    .addOption(managerTokenOption())
    .addOption(backendOption('--registry-backend'))
    .addOption(registryImageOption())
    .addOption(allowPushOption())
    .addOption(upstreamAccountOption())
    .option('--json', 'print the summary and the checks as one JSON document')
    .addHelpText(
      'after',
      examples([
        ['kasm-sim run storm', 'a shipped scenario'],
        ['kasm-sim run fleet.yaml --speed 60', 'a file, for people who watch: an hour in a minute'],
        ['kasm-sim run storm --time virtual', 'the same in virtual time: no sockets, no waiting'],
        ['kasm-sim run storm --seed 7 --json', 'another fleet of the same kind, for scripts'],
        ['kasm-sim run storm --web-app http://127.0.0.1:8080', 'with a `kasm-sim serve --auto-enable-agents`'],
      ]),
    )
    .action(async (scenario, flags) => setExitCode(await (await import('./run.ts')).run(scenario, flags)))
}

function addValidate(program: Command, setExitCode: (exitCode: number) => void): void {
  program
    .command('validate')
    .description('Check scenarios without running them.')
    .argument('<scenario...>', 'names of shipped scenarios, or files')
    .addOption(
      new Option('--speed <factor>', 'warn where this machine is too slow to run it by the wall this fast').argParser(
        parseSpeed,
      ),
    )
    .addHelpText(
      'after',
      examples([
        ['kasm-sim validate fleet.yaml storm', 'one line for each'],
        ['kasm-sim validate storm --speed 240', 'the same, with a warning where that is too fast for this machine'],
      ]),
    )
    .action(async (scenarios, flags) => setExitCode(await (await import('./validate.ts')).validate(scenarios, flags)))
}

function addList(program: Command): void {
  program
    .command('list')
    .description('List the shipped scenarios.')
    .option('--json', 'print a JSON array')
    .addHelpText('after', examples([['kasm-sim list', 'a name and a sentence for each']]))
    .action(async (flags) => (await import('./list.ts')).list(flags))
}

function addSchema(program: Command): void {
  program
    .command('schema')
    .description('Print the JSON schema of scenarios, for editors.')
    .addHelpText(
      'after',
      examples([['kasm-sim schema > kasm-sim.schema.json', 'completion and checks in YAML and JSON']]),
    )
    .action(async () => (await import('./schema.ts')).schema())
}

function addProfiles(program: Command): void {
  program
    .command('profiles')
    .description('List the kinds of registry, or explain one.')
    .argument('[name]', 'a profile, or a file of your own')
    .option('--json', 'print JSON; that of one profile is a file to start your own from')
    .addHelpText('after', examples([['kasm-sim profiles ghcr', 'how it authenticates and limits, and its source']]))
    .action(async (name, flags) => (await import('./profiles.ts')).profiles(name, flags))
}

function addDoctor(program: Command, setExitCode: (exitCode: number) => void): void {
  program
    .command('doctor')
    .description('Say what of this machine a run can use, and what to do about the rest.')
    .addOption(new Option('--agents <number>', 'size of the fleet that is to run').argParser(parseAgents).default(25))
    .addOption(registryImageOption())
    .option('--json', 'print one JSON document')
    .addHelpText('after', examples([['kasm-sim doctor --agents 500', 'are there open files enough for 500 agents?']]))
    .action(async (flags) => setExitCode(await (await import('./doctor.ts')).doctor(flags)))
}

function portOption(port: number): Option {
  return new Option('--port <number>', 'port to listen on, 0 for any free one').argParser(parsePort).default(port)
}

function hostOption(): Option {
  return new Option('--host <address>', 'address to listen on').default('127.0.0.1')
}

function allowOriginOption(): Option {
  return new Option('--allow-origin <origin>', 'whose pages may call it from a browser (repeatable)')
    .argParser(collectOrigins)
    .default([], 'none')
}

function registryProfileOption(): Option {
  return new Option('--registry-profile <name>', 'how the registry of --agents behaves').default('none')
}

function registryPortOption(): Option {
  return new Option('--registry-port <number>', 'where it listens, 0 for any free port').argParser(parsePort).default(0)
}

function apiKeyOption(): Option {
  return new Option('--api-key <key>', 'API key of the web app').env('KASM_SIM_API_KEY')
}

function apiKeySecretOption(): Option {
  return new Option('--api-key-secret <secret>', 'secret of the API key').env('KASM_SIM_API_KEY_SECRET')
}

function controlTokenOption(): Option {
  return new Option(
    '--control-token [token]',
    'opens the control API; without one, a new one is printed (default: your user on this machine needs none)',
  ).env('KASM_SIM_CONTROL_TOKEN')
}

function managerTokenOption(): Option {
  return new Option('--manager-token <token>', 'token that agents send').env('KASM_SIM_MANAGER_TOKEN')
}
