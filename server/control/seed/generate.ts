// Made-up images, users, groups and agents: the same for the same seed, whatever else is asked for. Faker makes up the names alone.
import type { Faker } from '@faker-js/faker'
import { faker as shared } from '@faker-js/faker/locale/en'
import type { SeedAgent, SeedGroup, SeedImage, SeedSource, SeedUser } from '../../api/control/seed.ts'
import { defaultPasswordHash } from '../../model/defaults.ts'

type Wanted = NonNullable<SeedSource['generate']>

/** What was made up. Users have a hash in place of a password, because a thousand hashes take seconds. */
export interface Generated {
  groups: SeedGroup[]
  images: SeedImage[]
  users: (SeedUser & { passwordHash: string })[]
  agents: SeedAgent[]
}

/**
 * Makes up what is wanted.
 *
 * @example
 * generate({ images: 100, users: 20, agents: 5, seed: 7 })
 */
export function generate({ seed = 1, images = 0, users = 0, groups = 0, agents = 0 }: Wanted): Generated {
  const groupNames = each(groups, (number) => {
    const faker = fakerOf(seed, `group/${number}`)
    return `${faker.commerce.department()} ${number}`
  })
  const groupOf = (number: number) => (groups === 0 ? {} : { groups: [groupNames[number % groups] as string] })
  return {
    groups: groupNames.map((name) => ({ name })),
    images: each(images, (number) => ({ ...imageOf(fakerOf(seed, `image/${number}`), number), ...groupOf(number) })),
    users: each(users, (number) => ({ ...userOf(fakerOf(seed, `user/${number}`), number), ...groupOf(number) })),
    agents: each(agents, (number) => {
      const faker = fakerOf(seed, `agent/${number}`)
      const cores = faker.helpers.arrayElement([4, 8, 16, 32])
      const server_id = faker.string.uuid()
      return { hostname: `${faker.word.noun()}-${number}`, server_id, cores, memory_bytes: cores * 4_000_000_000 }
    }),
  }
}

function imageOf(faker: Faker, number: number): SeedImage {
  const name = faker.commerce.product()
  const vendor = faker.company.buzzNoun().replaceAll(/[^a-z]+/gi, '')
  const version = faker.system.semver()
  return {
    name: `${vendor}/${name}-${number}:${version}`.toLowerCase(),
    friendly_name: `${name} ${number}`,
    description: faker.company.catchPhrase(),
    categories: [faker.helpers.arrayElement(['Desktop', 'Browser', 'Development', 'Office', 'Communication'])],
    uncompressed_size_mb: faker.number.int({ min: 500, max: 9_000 }),
    cores: faker.number.int({ min: 1, max: 4 }),
  }
}

function userOf(faker: Faker, number: number): SeedUser & { passwordHash: string } {
  const first_name = faker.person.firstName()
  const last_name = faker.person.lastName()
  const username = `${first_name}.${last_name}.${number}@example.com`.toLowerCase().replaceAll(/[^a-z0-9.@]/g, '')
  return { username, first_name, last_name, organization: faker.company.name(), passwordHash: defaultPasswordHash }
}

function each<Made>(count: number, make: (number: number) => Made): Made[] {
  return Array.from({ length: count }, (_, index) => make(index + 1))
}

/** A generator of one's own: the library's own is shared with whoever else uses it in this process. */
const own: Faker = new (shared.constructor as typeof Faker)({ locale: shared.rawDefinitions })

/** Seeded for each thing apart, so that one more of a kind moves no other. */
function fakerOf(seed: number, thing: string): Faker {
  own.seed([seed, ...Buffer.from(thing)])
  return own
}
