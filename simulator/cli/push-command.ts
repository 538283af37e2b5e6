// The command `push`.
import { type Command, Option } from 'commander'
import { examples } from './examples.ts'
import { collectAccounts, parseSizeText } from './flags.ts'

export function addPush(program: Command): void {
  program
    .command('push')
    .description('Build a synthetic image and push it to a registry: stands for docker build and docker push.')
    .argument('<reference>', 'where it goes, such as 127.0.0.1:5055/team/app:1.0')
    .option('--tag <tag>', 'a further tag of the same image (repeatable)', (tag, tags: string[]) => [...tags, tag], [])
    .addOption(new Option('--size <size>', 'size on the wire').argParser(parseSizeText).default('10MB'))
    .addOption(
      new Option('--account <user:password>', 'who pushes (default: nobody)')
        .env('KASM_SIM_PUSH_ACCOUNT')
        .argParser((text: string) => collectAccounts(text, [])),
    )
    .option('--json', 'print a JSON line for each tag instead of text')
    .addHelpText(
      'after',
      examples([
        ['kasm-sim push 127.0.0.1:5055/team/app:1.0 --tag latest', 'one image, two tags'],
        ['KASM_SIM_PUSH_ACCOUNT=me:secret kasm-sim push registry.example.com/team/app:1.0', 'with an account'],
      ]),
    )
    .action(async (reference, flags) => (await import('./push.ts')).push(reference, flags))
}
