// A process of its own that prints the digests of every shipped scenario.
import { shippedDigests } from './digests.ts'

process.stdout.write(JSON.stringify(await shippedDigests()))
