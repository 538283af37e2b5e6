// A wrong command line: one coded line on stderr, nothing on stdout, exit code 1. And the help, which costs next to nothing.
import { expect, test } from 'vitest'
import { command, temporaryFolder } from './command.ts'

const wrongUsage: [args: string, says: RegExp][] = [
  ['rnu', /unknown command 'rnu' \(Did you mean run\?\)\. See "kasm-sim --help"\. \[USAGE\]$/],
  ['run', /missing required argument 'scenario'\. See "kasm-sim run --help"\. \[USAGE\]$/],
  ['run storm extra', /too many arguments.* \[USAGE\]$/],
  ['run storm --sped 3', /unknown option '--sped' \(Did you mean one of --seed, --speed\?\).* \[USAGE\]$/],
  ['run storm --speed 0', /'--speed <factor>' argument '0' is invalid\. It must be a number above 0.* \[USAGE\]$/],
  ['run storm --speed -1', /argument '-1' is invalid\. It must be a number above 0.* \[USAGE\]$/],
  ['run storm --speed fast', /argument 'fast' is invalid.* \[USAGE\]$/],
  ['run storm --speed Infinity', /argument 'Infinity' is invalid.* \[USAGE\]$/],
  ['run storm --speed', /option '--speed <factor>' argument missing.* \[USAGE\]$/],
  ['run storm --seed 1.5', /argument '1\.5' is invalid\. It must be a whole number.* \[USAGE\]$/],
  ['run storm --seed 9007199254740993', /It must be a whole number from 0 to 2\^53 - 1.* \[USAGE\]$/],
  ['run strom', /strom.*storm.* \[SCENARIO_NOT_FOUND\]$/],
  ['run nowhere/fleet.yaml', /nowhere\/fleet\.yaml.* \[SCENARIO_NOT_FOUND\]$/],
  ['validate', /missing required argument 'scenario'.* \[USAGE\]$/],
  ['serve --port 65536', /It must be a whole number from 0 to 65535.* \[USAGE\]$/],
  ['serve --port http', /argument 'http' is invalid.* \[USAGE\]$/],
  ['serve --prune-images all', /Allowed choices are Off, Normal, Aggressive.* \[USAGE\]$/],
  ['serve --quirk errors.permission', /It must be a name and a value, like errors\.permission=200.* \[USAGE\]$/],
  ['serve --port 0 --quirk colour=red', /"colour": there is no such quirk.* \[QUIRK_INVALID\]$/],
  ['serve --host 192.0.2.1 --port 0', /192\.0\.2\.1.* \[LISTEN_FAILED\]$/],
  ['registry --account me', /argument 'me' is invalid\. It must be a user name, a colon and a password.* \[USAGE\]$/],
  ['registry --account :secret', /argument ':secret' is invalid.* \[USAGE\]$/],
  ['registry --profile docker-hub', /docker-hub-anonymous.* \[PROFILE_UNKNOWN\]$/],
  ['registry --image Team/App', /"Team\/App".* \[IMAGE_REFERENCE_INVALID\]$/],
  [
    `registry --image team/app@sha256:${'0'.repeat(64)}`,
    /An image is published under a tag, like team\/app:1\.0\..* \[USAGE\]$/,
  ],
  ['registry --image team/app:1 --size 10', /"10".* \[SIZE_INVALID\]$/],
  ['registry --catalogue --scale 0', /'--scale <factor>' argument '0' is invalid.* \[USAGE\]$/],
  ['list --jsn', /unknown option '--jsn' \(Did you mean --json\?\).* \[USAGE\]$/],
]

test.concurrent.for(wrongUsage)('kasm-sim %s: refuses it with one coded line', async ([args, says], { expect }) => {
  const { exitCode, stdout, stderr } = await command(args.split(' '))
  expect(stderr.trimEnd()).toMatch(says)
  expect(stderr).toMatch(/^kasm-sim: Failed to [^\n]*\n$/)
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
})

test('names the environment variable that holds a wrong value', async () => {
  const { exitCode, stderr } = await command(['serve'], { env: { KASM_SIM_PORT: 'http' } })
  expect(stderr).toMatch(/value 'http' from env 'KASM_SIM_PORT' is invalid.* \[USAGE\]$/m)
  expect(exitCode).toBe(1)
})

test('shows the help on stderr when no command is given', async () => {
  const { exitCode, stdout, stderr } = await command([])
  expect(stderr).toMatch(/^Usage: kasm-sim/)
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
})

test.concurrent.for(['', 'serve', 'registry', 'run', 'validate', 'list'])(
  'explains "%s" with examples',
  async (name, { expect }) => {
    const { exitCode, stdout, stderr } = await command([...name.split(' ').filter(Boolean), '--help'])
    expect(stdout).toMatch(new RegExp(`^Usage: kasm-sim ${name}`))
    expect(stdout).toMatch(/\nExamples:\n {2}/)
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  },
)

test('prints the version of the package', async () => {
  const { default: manifest } = await import('../../package.json', { with: { type: 'json' } })
  expect(await command(['--version'])).toEqual({ exitCode: 0, stdout: `${manifest.version}\n`, stderr: '' })
})

test('works from any folder', async () => {
  expect(await command(['--version'], { cwd: temporaryFolder() })).toMatchObject({ exitCode: 0 })
})
