#!/usr/bin/env bash
# Gives a fake Kasm what a real one has before the pipeline first runs: the Workspace of the users, with an older image, on its agents.
set -euo pipefail

: "${KASM_URL:?}" "${KASM_API_KEY:?}" "${KASM_API_KEY_SECRET:?}" "${IMAGE:?}"
export KASM_API_KEY KASM_API_KEY_SECRET
export OLD_IMAGE=${OLD_IMAGE:-$IMAGE:2026-01-01}
export WORKSPACE=${WORKSPACE:-Office} DOCKER_REGISTRY=${DOCKER_REGISTRY:-https://${IMAGE%%/*}}
export PULL_USER=${PULL_USER:-} PULL_TOKEN=${PULL_TOKEN:-}

post() {
  curl --silent --show-error --fail-with-body --header 'content-type: application/json' --data @- "$KASM_URL$1"
}

npx --yes kasm-sim push "$OLD_IMAGE" --size 1MB
jq --null-input '{
  api_key: env.KASM_API_KEY, api_key_secret: env.KASM_API_KEY_SECRET,
  target_image: {
    name: env.OLD_IMAGE, friendly_name: env.WORKSPACE, image_type: "Container", enabled: true, cores: 2, memory: 2768000000,
    docker_registry: env.DOCKER_REGISTRY, uncompressed_size_mb: 3,
    docker_user: (env.PULL_USER | (select(. != "") // null)), docker_token: (env.PULL_TOKEN | (select(. != "") // null))
  }
}' | post /api/public/create_image >/dev/null

# Minutes pass in seconds from now on: agents check in every 30 s.
echo "{\"speed\": ${REHEARSAL_SPEED:-60}}" | post /__sim__/clock >/dev/null
