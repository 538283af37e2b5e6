// The flags that say what stands behind a registry's front; backend.ts reads them.
import { Option } from 'commander'
import { collectAccounts } from './flags.ts'

export function backendOption(flag: '--backend' | '--registry-backend'): Option {
  return new Option(`${flag} <backend>`, 'what holds the images: embedded, container, or the URL of a registry')
}

export function registryImageOption(): Option {
  return new Option('--registry-image <image>', 'the image of the backend container (default: registry:3)')
}

export function allowPushOption(): Option {
  return new Option('--allow-push', 'push to the registry of the URL, which is only read otherwise')
}

export function upstreamAccountOption(): Option {
  return new Option('--upstream-account <user:password>', 'who logs in to the registry of the URL')
    .env('KASM_SIM_UPSTREAM_ACCOUNT')
    .argParser((text: string) => collectAccounts(text, []))
}
