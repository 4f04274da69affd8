#!/usr/bin/env bash
# Starts PROGRAM in the background, waits until tasks can run, and writes to GITHUB_ENV where the
# AWS CLI and the SDKs find it. stop.sh ends it.
set -euo pipefail

endpoint=http://127.0.0.1:$INPUT_PORT
log=$RUNNER_TEMP/ecs-emulator.log

fail() {
  if [ -e "$log" ]; then cat "$log"; fi
  echo "::error title=ecs-emulator::$1"
  exit 1
}

# Otherwise that one would be taken for this one.
if "$PROGRAM" health --endpoint "$endpoint" >/dev/null 2>&1; then fail "an emulator runs at $endpoint already"; fi

set -f # INPUT_FLAGS are words, not patterns
# shellcheck disable=SC2086
nohup "$PROGRAM" serve --engine "$INPUT_ENGINE" --listen "127.0.0.1:$INPUT_PORT" --region "$INPUT_REGION" $INPUT_FLAGS \
  >"$log" 2>&1 </dev/null &
pid=$!
printf '%s\n' "$pid" "$PROGRAM" "$endpoint" >"$RUNNER_TEMP/ecs-emulator.started"

until health=$("$PROGRAM" health --endpoint "$endpoint" 2>&1); do
  kill -0 "$pid" 2>/dev/null || fail 'the emulator has ended; its log is above'
  [ "$SECONDS" -lt "$INPUT_TIMEOUT" ] || fail "no task can run after $INPUT_TIMEOUT seconds: $health"
  sleep 0.2
done
echo "$health"

cat >>"$GITHUB_ENV" <<VARIABLES
AWS_ENDPOINT_URL=$endpoint
AWS_ACCESS_KEY_ID=test
AWS_SECRET_ACCESS_KEY=test
AWS_REGION=$INPUT_REGION
AWS_DEFAULT_REGION=$INPUT_REGION
VARIABLES
printf 'endpoint=%s\nlog=%s\n' "$endpoint" "$log" >>"$GITHUB_OUTPUT"
