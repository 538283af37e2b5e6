// Carries out the actions of a scenario's timeline: on the registry, on the agents, and on the web app through its developer API,
// as an administrator would.
import { invariant, KasmSimError } from '../../server/kernel/errors.ts'
import { formatDuration } from '../../server/kernel/units.ts'
import type { Emit } from '../events/event-log.ts'
import type { ScenarioImage, TimelineAction } from '../scenario/scenario.ts'
import { agentServerId, imageFields } from './agent-messages.ts'
import type { Fleet } from './fleet.ts'
import type { ImageLibrary, Publisher } from './image-library.ts'
import type { WebAppClient } from './web-app-client.ts'

/** Calls the developer API of the web app; rejects where the answer is an error. */
type Administrator = Pick<WebAppClient, 'developer'>

/** What the actions act on. */
export interface World {
  fleet: Fleet
  administrator: Administrator
  registry: Publisher
  library: ImageLibrary
  emit: Emit
  /** Starts an agent again after some time of the run. */
  startLater(agent: number, delayMs: number): void
}

type Action<Do extends TimelineAction['do']> = Extract<TimelineAction, { do: Do }>

/** Carries out one action. The moment is the caller's business. */
export async function carryOut(action: TimelineAction, world: World): Promise<void> {
  switch (action.do) {
    case 'move-tag':
      publish(world, action.image, world.library.move(action.image, action))
      break
    case 'publish-image':
      publish(world, action.image.name, world.library.add(action.image))
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
    default:
      action satisfies never
  }
}

function publish(world: World, image: string, synthetic: ReturnType<ImageLibrary['add']>): void {
  const { digest, previousDigest } = world.registry.publish(synthetic)
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

async function imageId(administrator: Administrator, name: string): Promise<string> {
  const { images } = (await administrator.developer('get_images', {})) as {
    images: { image_id: string; name: string }[]
  }
  const image = images.find((candidate) => candidate.name === name)
  invariant(image, `the web app defines no image ${name}`)
  return image.image_id
}

/** An action in words; a secret is never one of them. */
export function describe({ atMs: _atMs, do: _do, ...fields }: TimelineAction): string {
  const hideSecrets = (key: string, value: unknown) => (key === 'token' && value !== null ? '***' : value)
  return Object.entries(fields)
    .filter(([, value]) => value !== null)
    .map(([key, value]) => {
      const named = typeof value === 'object' && 'name' in value && 'layers' in value
      return `${key} ${named ? value.name : JSON.stringify(value, hideSecrets)}`
    })
    .join(', ')
}
