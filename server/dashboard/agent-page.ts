// One agent: what it holds, pulls and fails at, what it runs, and which sessions it did not get.
import type { AgentView, RefusalLine, SessionLine } from '../model/views/agent-view.ts'
import type { AgentImageView } from '../model/views/image-view.ts'
import { share, statusChips } from './agents-page.ts'
import { type Html, html } from './html.ts'
import { bar, bytes, chip, date, page, shortDigest, table } from './layout.ts'

/** The page at `/agents/<id>`. */
export function agentPage(agent: AgentView, { isStill }: { isStill: boolean }): string {
  const heading = html`<h1>${agent.hostname}</h1>${statusChips(agent)}<span class="soft"><a href="/agents">all agents</a></span>`
  return page(`${agent.hostname} · kasm-sim`, heading, content(agent), { isStill })
}

function content(agent: AgentView): Html {
  return html`${cards(agent)}
<h2>Images</h2>
${table(
  ['Image', 'State', 'Digest', 'Since', 'Next refresh', { number: 'Sessions' }],
  agent.images.map(imageRow),
  'No image is defined for this agent.',
)}
<h2>Sessions</h2>
${table(['Session', 'User', 'Image', 'Digest', 'Status', 'Since'], agent.session_list.map(sessionRow), 'None runs here.')}
<h2>Sessions it did not get</h2>
${table(
  ['When', 'Image', 'Why not here', 'Went to'],
  agent.refusals.map(refusalRow),
  'No request has passed this agent over.',
)}`
}

function cards(agent: AgentView): Html {
  const { call_back_url, labels, zone_name, prune_images_mode, server_id, last_reported, silent_seconds } = agent
  const figure = (name: string, value: Html) =>
    html`<div class="card"><span class="soft">${name}</span><br>${value}</div>`
  const gpus = agent.gpus.total > 0 ? [figure('GPUs', share(agent.gpus, String))] : []
  return html`<div class="cards">
${figure('Last check-in', html`${date(last_reported)}<br><small>${silent_seconds} s ago</small>`)}
${figure('Cores', share(agent.cores, String))}
${figure('Memory', share(agent.memory, bytes))}
${gpus}
${figure('Disk', share(agent.disk, bytes))}
${figure('Zone', html`${zone_name}`)}
${figure('Prunes images', html`${prune_images_mode}`)}
${figure('Call-back', html`<code>${agent.unreachable ?? call_back_url ?? 'not called'}</code>`)}
${figure('Next refresh', html`${date(agent.next_refresh)}`)}
${figure('Labels', html`${labels.length === 0 ? '–' : labels.join(', ')}`)}
${figure('Server id', html`<code>${server_id}</code>`)}
</div>`
}

const moods = { present: 'good', pulling: 'busy', queued: 'wait', failed: 'bad', absent: 'none' } as const

function imageRow(image: AgentImageView): Html {
  const { name, state, digest, since, next_refresh, sessions, failure, not_pulled } = image
  const notes = [
    ...(failure === null ? [] : [html`<br><small class="bad">${failure.cause}</small>`]),
    ...(not_pulled === null ? [] : [html`<br><small>${notPulledWords[not_pulled]}</small>`]),
  ]
  return html`<tr>
<td><code>${name}</code>${notes}</td>
<td class="whole">${chip(state, moods[state])}${progress(image)}</td>
<td class="whole"><code>${shortDigest(digest)}</code></td>
<td class="date">${date(since)}</td>
<td class="date">${date(next_refresh)}</td>
<td class="number">${sessions}</td>
</tr>`
}

const notPulledWords = {
  disabled: 'disabled: never pulled',
  'no registry': 'no registry: never pulled',
  'agent disabled': 'the agent is disabled: not pulled',
  'not defined': 'no definition names it',
}

function progress({ pull, percent }: AgentImageView): Html {
  if (pull === null) return html``
  const { downloaded_bytes, total_bytes, reason } = pull
  const again = reason === 'refresh' ? 'again ' : ''
  const done = downloaded_bytes === null ? '' : bytes(downloaded_bytes)
  const of = downloaded_bytes === null || total_bytes === null ? '' : ` of about ${bytes(total_bytes)}`
  return html`<br><small>${again}${done}${of}</small>${percent === null ? html`` : bar(percent, 'busy')}`
}

function sessionRow({ kasm_id, username, image, digest, status, since }: SessionLine): Html {
  const mood = status === 'running' ? 'good' : status === 'stopped' || status === 'paused' ? 'none' : 'busy'
  return html`<tr>
<td><code>${kasm_id}</code></td>
<td>${username}</td>
<td><code>${image}</code></td>
<td><code>${shortDigest(digest)}</code></td>
<td>${chip(status, mood)}</td>
<td class="date">${date(since)}</td>
</tr>`
}

function refusalRow({ at, image, reason, detail, placed_on }: RefusalLine): Html {
  return html`<tr>
<td class="date">${date(at)}</td>
<td><code>${image}</code></td>
<td>${chip(reason, 'wait')} <small>${detail}</small></td>
<td>${placed_on ?? chip('nobody', 'bad')}</td>
</tr>`
}
