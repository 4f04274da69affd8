package lifecyclehook

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// answer is what comes of a call of a hook's target.
type answer struct {
	status  types.DeploymentLifecycleHookStatus
	reason  string          // of FAILED
	delay   time.Duration   // of IN_PROGRESS: until the next call
	details json.RawMessage // for the next call; nil: the same as before
}

// at is the answer as it is written at a time of the emulator's clock.
func (a answer) at(now time.Time) state.LifecycleHookAnswer {
	written := state.LifecycleHookAnswer{Status: a.status, StatusReason: a.reason, Details: a.details}
	if a.status == types.DeploymentLifecycleHookStatusInProgress {
		written.CallAt = now.Add(a.delay)
	}
	return written
}

func failure(reason string) answer {
	return answer{status: types.DeploymentLifecycleHookStatusFailed, reason: reason}
}

// Bounds of what a target answers. Delays of less than a second, and what details may have, are
// choices: a target that is called all the time would have the clock stand still, and details are a
// part of the row of their service deployment.
const (
	defaultDelay  = 30 * time.Second // Source: ECS developer guide, Lambda hooks
	shortestDelay = time.Second
	longestDelay  = 30 * 24 * time.Hour // of a service deployment; source: as above
	maxDetails    = 256 << 10
)

// read reads what the target of a hook has returned, or why it has not.
// Source: ECS developer guide, Lambda hooks; field reports (ECS0270.3).
func read(target string, returned apiclient.Returned, problem error) answer {
	if problem != nil {
		return failure(notInvoked(target, problem.Error()))
	}
	var members map[string]json.RawMessage // by their exact names
	if returned.FunctionError != "" || json.Unmarshal(returned.Payload, &members) != nil {
		members = nil
	}
	var status types.DeploymentLifecycleHookStatus
	if json.Unmarshal(members["hookStatus"], &status) != nil {
		status = ""
	}
	switch status {
	case types.DeploymentLifecycleHookStatusSucceeded:
		return answer{status: status}
	case types.DeploymentLifecycleHookStatusFailed:
		return failure(fmt.Sprintf("Lifecycle hook target %s returned FAILED status.", target))
	case types.DeploymentLifecycleHookStatusInProgress:
		return again(target, members)
	}
	return failure(notParsed(target, "HookStatus must not be null."))
}

// again is an answer IN_PROGRESS. AWS's words for a delay or details that make no sense are not known.
func again(target string, members map[string]json.RawMessage) answer {
	a := answer{status: types.DeploymentLifecycleHookStatusInProgress, delay: defaultDelay}
	if text, has := members["callBackDelay"]; has {
		var seconds *float64
		if json.Unmarshal(text, &seconds) != nil || seconds != nil && *seconds < 0 {
			return failure(notParsed(target, "CallBackDelay must be a number of seconds."))
		}
		if seconds != nil {
			wanted := time.Duration(min(*seconds, longestDelay.Seconds()) * float64(time.Second))
			a.delay = max(wanted, shortestDelay)
		}
	}
	a.details = members["hookDetails"]
	if len(a.details) > maxDetails {
		return failure(notParsed(target, fmt.Sprintf("HookDetails must have at most %d bytes.", maxDetails)))
	}
	return a
}

// Texts of AWS. Source: field reports (ECS0270); ECS developer guide, troubleshooting blue/green
// deployments.

func notParsed(target, why string) string {
	return fmt.Sprintf("ECS was unable to parse the response from %s due to: %s", target, why)
}

func notInvoked(target, why string) string {
	return fmt.Sprintf("ECS was unable to invoke hook target %s due to %s.", target, strings.TrimSuffix(why, "."))
}
