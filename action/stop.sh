#!/usr/bin/env bash
# Ends the emulator that start.sh has started. If JOB_STATUS is not success, it shows what that runs,
# and its log.
set -euo pipefail

log=$RUNNER_TEMP/ecs-emulator.log
started=$RUNNER_TEMP/ecs-emulator.started

# alive is also asked of a process whose parent never learns of its end, as in a job's container.
alive() { kill -0 "$1" 2>/dev/null && ! grep -q '^State:[[:space:]]*Z' "/proc/$1/status" 2>/dev/null; }

show_log() {
  echo '::group::Log of ecs-emulator'
  cat "$log"
  echo '::endgroup::'
}

if [ ! -e "$started" ]; then
  echo 'no emulator has been started'
  exit 0
fi
{ read -r pid && read -r program && read -r endpoint; } <"$started"
rm "$started"
if ! alive "$pid"; then
  show_log
  echo '::error title=ecs-emulator::the emulator had ended before the job did'
  exit 1
fi
if [ "${JOB_STATUS:-}" != success ]; then
  echo '::group::ecs-emulator ps'
  "$program" ps --endpoint "$endpoint" || true # its exit code says whether all is as wanted
  echo '::endgroup::'
fi
kill -TERM "$pid"
# It removes its containers, which takes the engine some time.
while alive "$pid"; do
  if [ "$SECONDS" -ge 60 ]; then
    show_log
    echo '::error title=ecs-emulator::the emulator has not ended within a minute'
    exit 1
  fi
  sleep 0.2
done
if [ "${JOB_STATUS:-}" != success ]; then show_log; fi
