import { expect, test } from 'vitest'
import { startWebApp } from '../../server/main.ts'
import { WebAppClient } from '../../simulator/driver/web-app-client.ts'

const nowhere = { url: 'http://127.0.0.1:1', managerToken: 'x', apiKey: 'x', apiKeySecret: 'x' }

test('says which web app does not answer and what to do', async () => {
  const client = new WebAppClient(nowhere)
  await expect(client.assertReachable()).rejects.toMatchObject({
    code: 'SERVER_UNREACHABLE',
    message: expect.stringMatching(
      /^Failed to reach the web app at http:\/\/127\.0\.0\.1:1: .*ECONNREFUSED.*kasm-sim serve/,
    ),
  })
  await client.close()
})

test('takes an error_message for a failure, whatever the status', async () => {
  const webApp = await startWebApp({ images: [] })
  const client = new WebAppClient(webApp)
  const unknown = '00000000-0000-4000-8000-000000000000'
  await expect(client.developer('delete_image', { target_image: { image_id: unknown } })).rejects.toThrow(
    /\/api\/public\/delete_image answered with status 200: .+/,
  )
  await client.close()
  await webApp.close()
})

test('refuses the check-in of an agent with a wrong manager token', async () => {
  const webApp = await startWebApp({ images: [] })
  const client = new WebAppClient({ ...webApp, managerToken: 'wrong' })
  await expect(client.agentConfig('agent-1')).rejects.toThrow(/status 401/)
  await client.close()
  await webApp.close()
})
