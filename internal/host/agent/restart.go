package agent

import (
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// restarts applies the restart policy. Source: ECS developer guide, container
// restart policies: a container that has not run for the attempt period since its
// last start is not restarted.
func (v *view) restarts(i, exitCode int, now time.Time) bool {
	policy, c := v.definitions[i].RestartPolicy, &v.status.Containers[i]
	if policy == nil || !aws.ToBool(policy.Enabled) || v.stop != nil {
		return false
	}
	if slices.Contains(policy.IgnoredExitCodes, int32(exitCode)) {
		return false
	}
	period := 300 * time.Second
	if policy.RestartAttemptPeriod != nil {
		period = time.Duration(*policy.RestartAttemptPeriod) * time.Second
	}
	return now.Sub(c.StartedAt) >= period
}

// aboutToRestart reports whether a container starts again, which may take long enough for its execute command
// agent to be seen STOPPED.
func (v *view) aboutToRestart(actions []action) bool {
	return slices.ContainsFunc(actions, func(a action) bool {
		return a.verb == start && v.status.Containers[a.on.index].Restarts > 0
	})
}
