// The part of the scenario schema that says what changes during a run.
import { type Static, Type } from 'typebox'
import { Count, Duration, Flag, own, Text, TextOrNull } from '../../server/kernel/schema-leaves.ts'
import { FaultSchema } from '../registry/faults/registry-fault.ts'
import { restartDefaults } from './defaults.ts'
import { ImageSchema } from './schema-images.ts'
import { pruneModes } from './schema-web-app.ts'

const at = Duration('When, from the start of the run.')
const agents = Type.Optional(
  Type.Union(
    [
      Type.Literal('all'),
      Type.Array(Count('Number of an agent, from 0 through all groups.', { minimum: 0 }), { minItems: 1 }),
      Type.Object({ group: Text('Name of a group.') }, own),
    ],
    { description: 'Which agents.', default: 'all' },
  ),
)
const imageOfScenario = Text('The docker reference of an image of the scenario.')
const imageToAdd = Type.Union([Text('The docker reference of an image under `images`.'), ImageSchema], {
  description: 'An image under `images`, by its reference, or a new one.',
})

const MoveTag = Type.Object(
  {
    at,
    do: Type.Literal('move-tag'),
    image: imageOfScenario,
    sharedLayers: Type.Optional(
      Count('How many first layers stay the same. Default: those of its base.', { minimum: 0 }),
    ),
  },
  own,
)
const PublishImage = Type.Object({ at, do: Type.Literal('publish-image'), image: imageToAdd }, own)
const PushImage = Type.Object(
  {
    at,
    do: Type.Literal('push-image'),
    image: imageToAdd,
    tags: Type.Optional(
      Type.Array(Text('A tag of the same repository.'), { description: 'Further tags; one that is there moves.' }),
    ),
  },
  own,
)
const EditAgentConfig = Type.Object(
  {
    at,
    do: Type.Literal('edit-agent-config'),
    agents,
    cap: Type.Optional(Count('The new cap.', { minimum: 1 })),
    refreshInterval: Type.Optional(Duration('The new refresh interval.')),
    checkInInterval: Type.Optional(Duration('The new check-in interval.')),
  },
  own,
)
const RestartAgent = Type.Object(
  {
    at,
    do: Type.Literal('restart-agent'),
    agents,
    downtime: Type.Optional(Duration('How long it stays down.', { default: restartDefaults.downtime })),
    spread: Type.Optional(
      Duration('Each agent stops at a drawn moment within this span.', { default: restartDefaults.spread }),
    ),
  },
  own,
)
const CreateDefinition = Type.Object({ at, do: Type.Literal('create-definition'), image: imageToAdd }, own)
const UpdateDefinition = Type.Object(
  {
    at,
    do: Type.Literal('update-definition'),
    image: imageOfScenario,
    set: Type.Object(
      {
        name: Type.Optional(Text('The new docker reference.')),
        enabled: Type.Optional(Flag('Whether it is enabled.')),
        registry: Type.Optional(TextOrNull('The new `docker_registry`.')),
        user: Type.Optional(TextOrNull('The new `docker_user`.')),
        token: Type.Optional(TextOrNull('The new `docker_token`.')),
      },
      { ...own, description: 'The fields that change.' },
    ),
  },
  own,
)
const DeleteDefinition = Type.Object({ at, do: Type.Literal('delete-definition'), image: imageOfScenario }, own)
const UpdateAgent = Type.Object(
  {
    at,
    do: Type.Literal('update-agent'),
    agents,
    enabled: Type.Optional(Flag('Whether the web app enables the agents.')),
    pruneImages: Type.Optional(Type.Enum([...pruneModes], { description: 'The new prune mode.' })),
  },
  own,
)
const CreateGroup = Type.Object(
  {
    at,
    do: Type.Literal('create-group'),
    name: Text('Name of the group.'),
    members: Type.Optional(Type.Array(Text('A user of the scenario.'), { description: 'Who is in it.' })),
  },
  own,
)
const group = Text('Name of a group.')
const AssignImage = Type.Object({ at, do: Type.Literal('assign-image'), image: imageOfScenario, group }, own)
const UnassignImage = Type.Object({ at, do: Type.Literal('unassign-image'), image: imageOfScenario, group }, own)
const RequestSession = Type.Object(
  {
    at,
    do: Type.Literal('request-session'),
    name: Text('What the scenario calls the session.'),
    as: Text('A user of the scenario.'),
    image: imageOfScenario,
  },
  own,
)
const DestroySession = Type.Object({ at, do: Type.Literal('destroy-session'), name: Text('Name of a session.') }, own)
const WaitFor = Type.Object(
  { at, do: Type.Literal('wait-for'), image: imageOfScenario, agents, within: Duration('How long at most.') },
  own,
)
const InjectFault = Type.Object({ at, do: Type.Literal('inject-fault'), fault: FaultSchema }, own)
const ClearFault = Type.Object({ at, do: Type.Literal('clear-fault'), name: Text('Name of a fault.') }, own)
export const ActionSchema = Type.Union([
  MoveTag,
  PublishImage,
  PushImage,
  EditAgentConfig,
  RestartAgent,
  CreateDefinition,
  UpdateDefinition,
  DeleteDefinition,
  UpdateAgent,
  CreateGroup,
  AssignImage,
  UnassignImage,
  RequestSession,
  DestroySession,
  WaitFor,
  InjectFault,
  ClearFault,
])
export type ActionSource = Static<typeof ActionSchema>
