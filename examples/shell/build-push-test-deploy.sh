#!/usr/bin/env bash
# Maintains a desktop image of a Kasm from end to end, one step for each job of a pipeline:
#
#   build          builds the image under two tags, a unique one and latest
#   push           pushes both
#   create-test    makes a Workspace that only the group of testers may launch
#   wait           waits until the agents have the image
#   verify         launches it as a tester, and makes sure that nobody else can
#   deploy         gives the Workspace of the users the new tag
#   verify-deploy  launches the new image as a user; sessions from before must live on
#   rollback       gives the Workspace of the users the tag that it had before
#   clean          deletes the Workspace of the testers
#   all            everything up to verify-deploy, and clean
#
# It needs bash, curl, jq, and docker where it builds. Steps leave notes for later ones in the folder $STATE.
set -euo pipefail
shopt -s inherit_errexit

: "${KASM_URL:?the address of the Kasm, such as https://kasm.example.com}"
: "${KASM_API_KEY:?an API key with the permissions of README.md}" "${KASM_API_KEY_SECRET:?its secret}"
: "${IMAGE:?the image without a tag, such as registry.example.com/desktops/office}"
# Read by jq and by kasm-sim, and so never on a command line that others see.
export KASM_API_KEY KASM_API_KEY_SECRET

# What agents log in to the registry with to pull: a token that may only read. Empty: they need none.
DOCKER_REGISTRY=${DOCKER_REGISTRY:-https://${IMAGE%%/*}}
export PULL_USER=${PULL_USER:-} PULL_TOKEN=${PULL_TOKEN:-}

WORKSPACE=${WORKSPACE:-Office}
TEST_WORKSPACE=${TEST_WORKSPACE:-$WORKSPACE (test)}
TEST_GROUP=${TEST_GROUP:-Image testers}
TEST_USER=${TEST_USER:-image-tester@kasm.local}
ORDINARY_USER=${ORDINARY_USER:-user@kasm.local}

# What builds and pushes: docker, or kasm-sim with an image that is made up, where there is no Docker.
BUILD_WITH=${BUILD_WITH:-docker}
BUILD_CONTEXT=${BUILD_CONTEXT:-$(dirname "$0")/image}
IMAGE_SIZE_MB=${IMAGE_SIZE_MB:-4000}

WAIT_SECONDS=${WAIT_SECONDS:-1800}
POLL_SECONDS=${POLL_SECONDS:-10}
STATE=${STATE:-.kasm-pipeline}

# The same on every Kasm.
ALL_USERS=68d557ac4cac42cca9f31c7c853de0f3

# --- The API -------------------------------------------------------------------------------------------------------------------

say() { printf '%s\n' "$*" >&2; }
fail() {
  say "Failed to $*"
  exit 1
}

# call VERB [BODY]: what the API answers, whatever that is. Kasm says what went wrong in error_message, mostly with status 200.
call() {
  local body=${2:-'{}'}
  jq --compact-output '. + {api_key: env.KASM_API_KEY, api_key_secret: env.KASM_API_KEY_SECRET}' <<<"$body" |
    curl --silent --show-error --fail-with-body --max-time 60 \
      --header 'content-type: application/json' --data @- "$KASM_URL/api/public/$1"
}

# api VERB [BODY]: what the API answers where it did what was asked; else the script ends.
api() {
  local reply error
  reply=$(call "$@") || fail "call $1: $reply"
  error=$(jq --raw-output '.error_message // empty' <<<"$reply")
  [[ -z $error ]] || fail "call $1: $error"
  printf '%s\n' "$reply"
}

# json NAME=VALUE...: an object of texts.
json() {
  jq --null-input --compact-output '[$ARGS.positional[] | capture("^(?<key>[^=]*)=(?<value>.*)$"; "s")] | from_entries' --args "$@"
}

# Each of these prints an id, or nothing where there is no such thing.
image_id() { api get_images | jq --raw-output --arg name "$1" 'first(.images[] | select(.friendly_name == $name) | .image_id) // empty'; }
user_id() { api get_users | jq --raw-output --arg name "$1" 'first(.users[] | select(.username == $name) | .user_id) // empty'; }
group_id() { api get_groups | jq --raw-output --arg name "$1" 'first(.groups[] | select(.name == $name) | .group_id) // empty'; }

# require VALUE WORDS: ends the script where there is no such thing.
require() { [[ -n $1 ]] || fail "$2"; }

# --- Waiting and launching -----------------------------------------------------------------------------------------------------

# wait_for WORDS COMMAND...: repeats a command until it succeeds.
wait_for() {
  local words=$1 deadline=$((SECONDS + WAIT_SECONDS))
  shift
  until "$@"; do
    ((SECONDS < deadline)) || fail "see within $WAIT_SECONDS s that $words"
    sleep "$POLL_SECONDS"
  done
  say "$words"
}

# is_available IMAGE_ID REFERENCE: whether some agent has the image, and every agent that tells what it has.
is_available() {
  api get_images | jq --exit-status --arg id "$1" 'any(.images[]; .image_id == $id and .available)' >/dev/null &&
    api get_agents | jq --exit-status --arg image "$2" \
      'all(.agents[] | select(.enabled and .docker_images != null); any(.docker_images[]; .name == $image))' >/dev/null
}

# is_running KASM_ID USER_ID. While a session is being made, the API has an error_message for it, too.
is_running() {
  call get_kasm_status "$(json "kasm_id=$1" "user_id=$2")" |
    jq --exit-status '.kasm.operational_status == "running"' >/dev/null
}

# launch USER_ID IMAGE_ID: the id of a session that runs.
launch() {
  local kasm
  kasm=$(api request_kasm "$(json "user_id=$1" "image_id=$2")" | jq --raw-output .kasm_id)
  wait_for "session $kasm runs" is_running "$kasm" "$1"
  printf '%s\n' "$kasm"
}

destroy() { api destroy_kasm "$(json "kasm_id=$1" "user_id=$2")" >/dev/null; }

# sessions_of IMAGE_ID: the ids of the Workspace's sessions that run, each on a line.
sessions_of() {
  api get_kasms | jq --raw-output --arg id "$1" \
    '.kasms[] | select(.image.image_id == $id and .operational_status == "running") | .kasm_id' | sort
}

# rename IMAGE_ID REFERENCE: the Workspace has another docker image from now on, for new sessions alone.
rename() {
  api update_image "$(jq --null-input --arg id "$1" --arg name "$2" '{target_image: {image_id: $id, name: $name}}')" >/dev/null
  wait_for "$2 is on the agents" is_available "$1" "$2"
}

# --- The steps -----------------------------------------------------------------------------------------------------------------

build() {
  if [[ $BUILD_WITH == docker ]]; then
    docker build --pull --tag "$IMAGE:$TAG" --tag "$IMAGE:latest" "$BUILD_CONTEXT"
  else
    say "kasm-sim builds as it pushes"
  fi
}

push() {
  if [[ $BUILD_WITH == docker ]]; then
    docker push "$IMAGE:$TAG"
    docker push "$IMAGE:latest"
  else
    npx --yes kasm-sim push "$IMAGE:$TAG" --tag latest --size 1MB
  fi
}

# The fields of the testers' Workspace. It is disabled until only they may launch it: a new one is for all users at first.
test_fields() {
  jq --null-input --arg name "$IMAGE:$TAG" --arg friendly_name "$TEST_WORKSPACE" --arg registry "$DOCKER_REGISTRY" \
    --argjson size "$IMAGE_SIZE_MB" '{
      name: $name, friendly_name: $friendly_name, description: "Made by a pipeline", image_type: "Container", enabled: false,
      cores: 2, memory: 2768000000, gpu_count: 0, uncompressed_size_mb: $size, docker_registry: $registry,
      docker_user: (env.PULL_USER | (select(. != "") // null)), docker_token: (env.PULL_TOKEN | (select(. != "") // null))
    }'
}

create_test() {
  local group user image targets
  group=$(group_id "$TEST_GROUP")
  if [[ -z $group ]]; then
    group=$(api create_group "$(jq --null-input --arg name "$TEST_GROUP" '{target_group: {name: $name, priority: 100}}')" |
      jq --raw-output .group.group_id)
  fi
  user=$(user_id "$TEST_USER")
  if [[ -z $user ]]; then
    # Nobody knows the password: sessions are launched with the API key.
    user=$(api create_user "$(jq --null-input --arg name "$TEST_USER" --arg password "$(head -c 24 /dev/urandom | base64)" \
      '{target_user: {username: $name, password: $password, first_name: "Image", last_name: "Tester"}}')" |
      jq --raw-output .user.user_id)
  fi
  api add_user_group "$(jq --null-input --arg user "$user" --arg group "$group" \
    '{target_user: {user_id: $user}, target_group: {group_id: $group}}')" >/dev/null

  image=$(image_id "$TEST_WORKSPACE")
  if [[ -z $image ]]; then
    image=$(api create_image "$(test_fields | jq '{target_image: .}')" | jq --raw-output .image.image_id)
  else
    api update_image "$(test_fields | jq --arg id "$image" '{target_image: (. + {image_id: $id})}')" >/dev/null
  fi
  targets='{target_group: {group_id: $group}, target_image: {image_id: $image}}'
  api remove_images_group "$(jq --null-input --arg group "$ALL_USERS" --arg image "$image" "$targets")" >/dev/null
  api add_images_group "$(jq --null-input --arg group "$group" --arg image "$image" "$targets")" >/dev/null
  api update_image "$(jq --null-input --arg id "$image" '{target_image: {image_id: $id, enabled: true}}')" >/dev/null
  say "$TEST_WORKSPACE has $IMAGE:$TAG, for $TEST_GROUP alone"
}

wait_test() {
  local image
  image=$(image_id "$TEST_WORKSPACE")
  require "$image" "find the Workspace $TEST_WORKSPACE: run create-test first"
  wait_for "$IMAGE:$TAG is on the agents" is_available "$image" "$IMAGE:$TAG"
}

verify() {
  local image tester other kasm answer
  image=$(image_id "$TEST_WORKSPACE")
  require "$image" "find the Workspace $TEST_WORKSPACE: run create-test first"
  tester=$(user_id "$TEST_USER")
  require "$tester" "find the user $TEST_USER"
  other=$(user_id "$ORDINARY_USER")
  require "$other" "find the user $ORDINARY_USER"

  kasm=$(launch "$tester" "$image")
  # Here is the place for tests of the desktop itself, with exec_command_kasm or a screenshot.
  destroy "$kasm" "$tester"

  answer=$(call request_kasm "$(json "user_id=$other" "image_id=$image")" | jq --raw-output '.error_message // "a session"')
  [[ $answer == "Image Not Authorized" ]] || fail "see that $ORDINARY_USER is refused: the answer is $answer"
  say "$TEST_USER launches $TEST_WORKSPACE, $ORDINARY_USER cannot: $answer"
}

deploy() {
  local image previous
  image=$(image_id "$WORKSPACE")
  require "$image" "find the Workspace $WORKSPACE"
  previous=$(api get_images | jq --raw-output --arg id "$image" '.images[] | select(.image_id == $id) | .name')
  mkdir -p "$STATE"
  printf '%s\n' "$previous" >"$STATE/previous-image"
  sessions_of "$image" >"$STATE/sessions-before"
  rename "$image" "$IMAGE:$TAG"
  say "$WORKSPACE: $previous -> $IMAGE:$TAG"
}

verify_deploy() {
  local image user kasm living
  image=$(image_id "$WORKSPACE")
  require "$image" "find the Workspace $WORKSPACE"
  user=$(user_id "$ORDINARY_USER")
  require "$user" "find the user $ORDINARY_USER"
  kasm=$(launch "$user" "$image")
  destroy "$kasm" "$user"
  say "$WORKSPACE launches $IMAGE:$TAG"
  # Users end sessions when they like, so that fewer are no failure.
  living=$(comm -12 "$STATE/sessions-before" <(sessions_of "$image") | wc -l)
  say "$living of $(wc -l <"$STATE/sessions-before") sessions from before live on"
}

rollback() {
  local image previous=${ROLLBACK_TO:-}
  image=$(image_id "$WORKSPACE")
  require "$image" "find the Workspace $WORKSPACE"
  [[ -n $previous || ! -f $STATE/previous-image ]] || previous=$(<"$STATE/previous-image")
  require "$previous" "roll back: nothing says to which image. Set ROLLBACK_TO, or keep the folder $STATE from deploy"
  rename "$image" "$previous"
  say "$WORKSPACE is back at $previous"
}

clean() {
  local image
  image=$(image_id "$TEST_WORKSPACE")
  [[ -n $image ]] || return 0
  api delete_image "$(jq --null-input --arg id "$image" '{target_image: {image_id: $id}}')" >/dev/null
  say "$TEST_WORKSPACE is gone"
}

run() {
  case $1 in
    rollback | clean) ;;
    *) : "${TAG:?a tag that is never used again, such as 2026-11-24}" ;;
  esac
  case $1 in
    build | push | verify | deploy | rollback | clean) "$1" ;;
    create-test) create_test ;;
    wait) wait_test ;;
    verify-deploy) verify_deploy ;;
    all)
      local step
      for step in build push create-test wait verify deploy verify-deploy clean; do
        say "== $step"
        run "$step"
      done
      ;;
    *) fail "do \"$1\": the steps are build, push, create-test, wait, verify, deploy, verify-deploy, rollback, clean and all" ;;
  esac
}

run "${1:-}"
