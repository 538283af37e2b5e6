// The overview of the fleet: a line per agent, and what became of the last requests for sessions.
import type { AgentSummary, AgentsView, DecisionView } from '../model/views/agent-view.ts'
import { type Html, html } from './html.ts'
import { bar, bytes, chip, date, page, table } from './layout.ts'

/** More lines than anyone reads; the JSON has all. */
const agentsShownMax = 500
const decisionsShownMax = 20

/** The page at `/agents`. */
export function agentsPage({ now, agents, decisions }: AgentsView, { isStill }: { isStill: boolean }): string {
  const heading = html`<h1>Agents</h1><span class="soft">${date(now)} UTC</span>`
  return page('Agents · kasm-sim', heading, content(agents, decisions), { isStill })
}

function content(agents: readonly AgentSummary[], decisions: readonly DecisionView[]): Html {
  const shown = agents.slice(0, agentsShownMax)
  const left = agents.length - shown.length
  return html`${cards(agents)}
<h2>Fleet</h2>
${table(
  ['Agent', 'Status', 'Images', { number: 'Sessions' }, 'Cores', 'Memory', 'Disk', 'Last check-in'],
  shown.map(agentRow),
  'No agent has checked in yet.',
)}
${left > 0 ? html`<p class="soft">${left} more are in the JSON at /__sim__/agents.</p>` : html``}
<h2>Last requests for sessions</h2>
${table(
  ['When', 'Image', 'User', 'Outcome', 'Passed over'],
  decisions.slice(0, decisionsShownMax).map(decisionRow),
  'Nobody has asked for a session yet.',
)}`
}

function cards(agents: readonly AgentSummary[]): Html {
  const count = (is: (agent: AgentSummary) => boolean) => agents.filter(is).length
  const sum = (state: keyof AgentSummary['images']) => agents.reduce((total, { images }) => total + images[state], 0)
  const figures: [string, number][] = [
    ['agents', agents.length],
    ['enabled', count(({ enabled }) => enabled)],
    ['missing', count(({ status }) => status === 'missing')],
    ['sessions', agents.reduce((total, { sessions }) => total + sessions, 0)],
    ['images present', sum('present')],
    ['pulling', sum('pulling')],
    ['queued', sum('queued')],
    ['failed', sum('failed')],
  ]
  return html`<div class="cards">${figures.map(([name, figure]) => html`<div class="card"><b>${figure}</b><span class="soft">${name}</span></div>`)}</div>`
}

/** What an administrator has to know first. */
export function statusChips({ status, enabled, draining, unreachable }: Omit<AgentSummary, 'images'>): Html {
  const chips = [
    status === 'running' ? chip('running', 'good') : chip('missing', 'bad'),
    ...(enabled ? [] : [chip('disabled', 'none')]),
    ...(draining ? [chip('draining', 'wait')] : []),
    ...(unreachable === null ? [] : [chip('unreachable', 'bad')]),
  ]
  return html`${chips}`
}

function agentRow(agent: AgentSummary): Html {
  const { server_id, hostname, zone_name, images, sessions, last_reported, silent_seconds } = agent
  return html`<tr>
<td class="whole"><a href="/agents/${server_id}">${hostname}</a><br><small>${zone_name}</small></td>
<td>${statusChips(agent)}</td>
<td>${imageChips(images)}</td>
<td class="number">${sessions}</td>
<td>${share(agent.cores, String)}</td>
<td>${share(agent.memory, bytes)}</td>
<td>${share(agent.disk, bytes)}</td>
<td class="date">${date(last_reported)}<br><small>${silent_seconds} s ago</small></td>
</tr>`
}

const moods = { present: 'good', pulling: 'busy', queued: 'wait', failed: 'bad', absent: 'none' } as const

function imageChips(images: AgentSummary['images']): Html {
  const states = (Object.keys(moods) as (keyof typeof moods)[]).filter((state) => images[state] > 0)
  return html`${states.map((state) => chip(`${images[state]} ${state}`, moods[state]))}`
}

/** How much of something is taken. */
export function share({ used, total }: { used: number; total: number }, show: (amount: number) => string): Html {
  const percent = total === 0 ? 0 : (100 * used) / total
  return html`<span class="whole">${show(used)} of ${show(total)}</span>${bar(percent, percent > 90 ? 'bad' : 'busy')}`
}

function decisionRow({ at, image, username, placed_on, refused, refusals, log }: DecisionView): Html {
  const counts = Object.entries(refused).map(([kind, count]) => chip(`${count} ${kind}`, 'none'))
  const lines = refusals.map(({ hostname, kind, detail }) => `${hostname}: ${kind} (${detail})`)
  const details = html`<details><summary>why</summary><pre>${[...lines, '', ...log].join('\n').trim()}</pre></details>`
  return html`<tr>
<td class="date">${date(at)}</td>
<td><code>${image}</code></td>
<td>${username ?? 'anonymous'}</td>
<td>${placed_on === null ? chip('refused', 'bad') : html`${chip('placed', 'good')} ${placed_on}`}</td>
<td>${counts}${details}</td>
</tr>`
}
