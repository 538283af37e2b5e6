// Carries out the actions of a scenario's timeline: on the registry, on the agents, and on the web app through its developer API,
// as an administrator would.
import { KasmSimError } from '../../server/kernel/errors.ts'
import { randomStream } from '../../server/kernel/random.ts'
import { formatDuration } from '../../server/kernel/units.ts'
import type { Emit } from '../events/event-log.ts'
import type { Scenario, ScenarioImage, TimelineAction } from '../scenario/scenario.ts'
import { imageFields } from './agent-messages.ts'
import { agentServerId } from './agent-names.ts'
import { agentStreamName, type Member } from './agent-streams.ts'
import type { FaultWatch } from './fault-watch.ts'
import type { Fleet } from './fleet.ts'
import type { ImageLibrary, Publisher } from './image-library.ts'
import type { Office } from './office.ts'
import { type Administrator, addMember, createGroup, groupId, imageId } from './people.ts'

/** What the actions act on. */
export interface World {
  fleet: Fleet
  administrator: Administrator
  registry: Publisher
  library: ImageLibrary
  faults: Pick<FaultWatch, 'inject' | 'clear'>
  office: Office
  emit: Emit
  /** The time of the run. */
  nowMs(): number
  /** Starts an agent again after some time of the run. */
  startLater(agent: number, delayMs: number): void
}

type Action<Do extends TimelineAction['do']> = Extract<TimelineAction, { do: Do }>

/** The actions of a scenario in their order; restarts with a spread are one for each agent, at its own moment. */
export function timelineOf({ timeline, seed }: Scenario, fleet: Pick<Fleet, 'select'>): TimelineAction[] {
  /** How often each stream is wanted: the same restart twice is two draws. */
  const wanted = new Map<string, number>()
  return timeline
    .flatMap((action) => (isSpread(action) ? spreadOut(action) : [action]))
    .sort((one, other) => one.atMs - other.atMs)

  function spreadOut(action: Action<'restart-agent'>): TimelineAction[] {
    return fleet.select(action.agents).map((agent) => {
      const name = restartName(agent, action)
      const count = wanted.get(name) ?? 0
      wanted.set(name, count + 1)
      const stream = randomStream(seed, `${name}/${count}`)
      const atMs = action.atMs + stream.integer({ low: 0, high: action.spreadMs })
      return { ...action, atMs, agents: { agents: [agent.index] }, spreadMs: 0 }
    })
  }
}

/** Named by what the action does to the agent, and not by its place in the timeline, which other actions move. */
function restartName(agent: Member, { atMs, downtimeMs, spreadMs }: Action<'restart-agent'>): string {
  return agentStreamName(agent, 'restart', atMs, downtimeMs, spreadMs)
}

function isSpread(action: TimelineAction): action is Extract<TimelineAction, { do: 'restart-agent' }> {
  return action.do === 'restart-agent' && action.spreadMs > 0
}

/** Carries out one action, a wait as far as beginning it. The moment is the caller's business. */
export async function carryOut(action: TimelineAction, world: World): Promise<void> {
  switch (action.do) {
    case 'move-tag':
      await publish(world, action.image, world.library.move(action.image, action))
      break
    case 'publish-image':
      await publish(world, action.image.name, world.library.add(action.image))
      break
    case 'push-image':
      await push(action, world)
      break
    case 'edit-agent-config':
      editConfig(action, world)
      break
    case 'restart-agent':
      restart(action, world)
      break
    case 'create-definition':
      await createDefinition(action.image, world)
      break
    case 'update-definition':
      await updateDefinition(action, world)
      break
    case 'delete-definition':
      await deleteDefinition(action.image, world)
      break
    case 'update-agent':
      await updateAgent(action, world)
      break
    case 'inject-fault':
      world.faults.inject(action.fault)
      break
    case 'clear-fault':
      world.faults.clear(action.name)
      break
    default:
      await carryOutForPeople(action, world)
  }
}

/** The actions that concern people: what they may launch, and what they launch. */
async function carryOutForPeople(
  action: Action<
    'create-group' | 'assign-image' | 'unassign-image' | 'request-session' | 'destroy-session' | 'wait-for'
  >,
  world: World,
): Promise<void> {
  const { administrator, office } = world
  switch (action.do) {
    case 'create-group':
      await createGroup(administrator, action.name)
      for (const member of action.members) await addMember(administrator, member, action.name)
      break
    case 'assign-image':
    case 'unassign-image': {
      const verb = action.do === 'assign-image' ? 'add_images_group' : 'remove_images_group'
      const target_group = { group_id: await groupId(administrator, action.group) }
      await administrator.developer(verb, {
        target_group,
        target_image: { image_id: await imageId(administrator, action.image) },
      })
      break
    }
    case 'request-session':
      await office.sessions.request({ session: action.name, user: action.as, image: action.image })
      break
    case 'destroy-session':
      await office.sessions.destroy(action.name)
      break
    case 'wait-for':
      office.waitFor({ ...world, action, agents: world.fleet.select(action.agents) })
      break
    default:
      action satisfies never
  }
}

/** Builds an image and pushes it under its reference and every further tag. */
async function push({ image, tags }: Action<'push-image'>, { library, registry, emit }: World): Promise<void> {
  const built = [library.add(image), ...tags.map((name) => library.tag(image.name, name))]
  const pushed = await registry.push(built)
  for (const [index, { digest, previousDigest }] of pushed.entries()) {
    emit({ kind: 'image-published', image: [image.name, ...tags][index] as string, digest, previousDigest })
  }
}

async function publish(world: World, image: string, synthetic: ReturnType<ImageLibrary['add']>): Promise<void> {
  const { digest, previousDigest } = await world.registry.publish(synthetic)
  world.emit({ kind: 'image-published', image, digest, previousDigest })
}

function editConfig(action: Action<'edit-agent-config'>, { fleet }: World): void {
  const { cap, refreshIntervalMs, checkInIntervalMs } = action
  for (const { index } of fleet.select(action.agents)) {
    fleet.editConfig(index, {
      ...(cap === null ? {} : { maxConcurrentPulls: cap }),
      ...(refreshIntervalMs === null ? {} : { refreshIntervalMs }),
      ...(checkInIntervalMs === null ? {} : { checkInIntervalMs }),
    })
  }
}

function restart(action: Action<'restart-agent'>, { fleet, startLater }: World): void {
  for (const { index } of fleet.select(action.agents)) {
    fleet.stop(index)
    startLater(index, action.downtimeMs)
  }
}

async function createDefinition(image: ScenarioImage, { administrator, emit }: World): Promise<void> {
  await administrator.developer('create_image', { target_image: imageFields(image) })
  emit({ kind: 'definition-changed', change: 'created', image: image.name })
}

async function updateDefinition(
  { image, set }: Action<'update-definition'>,
  { administrator, emit }: World,
): Promise<void> {
  const fields = {
    image_id: await imageId(administrator, image),
    ...(set.name === undefined ? {} : { name: set.name }),
    ...(set.enabled === undefined ? {} : { enabled: set.enabled }),
    ...(set.registry === undefined ? {} : { docker_registry: set.registry }),
    ...(set.user === undefined ? {} : { docker_user: set.user }),
    ...(set.token === undefined ? {} : { docker_token: set.token }),
  }
  await administrator.developer('update_image', { target_image: fields })
  emit({ kind: 'definition-changed', change: 'updated', image: set.name ?? image })
}

async function deleteDefinition(image: string, { administrator, emit }: World): Promise<void> {
  await administrator.developer('delete_image', { target_image: { image_id: await imageId(administrator, image) } })
  emit({ kind: 'definition-changed', change: 'deleted', image })
}

async function updateAgent(action: Action<'update-agent'>, { administrator, fleet }: World): Promise<void> {
  const { agents } = (await administrator.developer('get_agents', {})) as {
    agents: { agent_id: string; server_id: string }[]
  }
  const idOf = new Map(agents.map(({ agent_id, server_id }) => [server_id.replaceAll('-', ''), agent_id]))
  for (const { index } of fleet.select(action.agents)) {
    const agent_id = idOf.get(agentServerId(index))
    if (agent_id === undefined) throw tooEarly(index, action.atMs)
    const target_agent = {
      agent_id,
      ...(action.enabled === null ? {} : { enabled: action.enabled }),
      ...(action.pruneImagesMode === null ? {} : { auto_prune_images: action.pruneImagesMode }),
    }
    await administrator.developer('update_agent', { target_agent })
  }
}

/** A slow machine may not have started all agents when the scenario believes so. */
function tooEarly(agent: number, atMs: number): KasmSimError {
  return new KasmSimError(
    'SCENARIO_INVALID',
    `Failed to update agent ${agent} at ${formatDuration(atMs)}: it has not checked in yet. Give the action a later moment, or run at a lower --speed.`,
  )
}

/** An action in words; a secret is never one of them. */
export function describe({ atMs: _atMs, do: _do, ...fields }: TimelineAction): string {
  const hideSecrets = (key: string, value: unknown) => (key === 'token' && value !== null ? '***' : value)
  return Object.entries(fields)
    .filter(([, value]) => value !== null)
    .map(([key, value]) => {
      const named = typeof value === 'object' && 'name' in value && ('layers' in value || 'rule' in value)
      return `${key} ${named ? value.name : JSON.stringify(value, hideSecrets)}`
    })
    .join(', ')
}
