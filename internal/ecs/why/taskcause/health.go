package taskcause

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
)

// unhealthy is of a task that runs and fails health checks.
func (q *question) unhealthy() {
	if q.t.Status.HealthStatus == types.HealthStatusUnhealthy {
		q.failedChecks()
	}
	if target := q.t.UnhealthyTarget(); target != nil {
		q.failedTarget(target.Group, target, target.Description)
	}
}

// failedChecks are the containers that are UNHEALTHY.
func (q *question) failedChecks() (found bool) {
	for i := range q.t.Status.Containers {
		c := &q.t.Status.Containers[i]
		if c.HealthStatus != types.HealthStatusUnhealthy {
			continue
		}
		found = true
		text := "container " + c.Name + " fails its health check"
		seen := []why.Evidence{noted(c.HealthSince, "container %s is %s", c.Name, c.HealthStatus)}
		if d := q.definition(c.Name); d != nil && d.HealthCheck != nil {
			text = fmt.Sprintf("health check %s of container %s failed %s", quoted(strings.Join(d.HealthCheck.Command, " ")), c.Name, times(d.HealthCheck))
		}
		if check := c.FailedCheck; check != nil && !check.At.Before(c.HealthSince) {
			text += fmt.Sprintf(", the last time with exit code %d", check.ExitCode)
			if check.Output != "" {
				text += " and output " + quoted(check.Output)
			}
			seen = append(seen, noted(check.At, "health check of %s: exit code %d, output %s", c.Name, check.ExitCode, quoted(check.Output)))
		}
		seen = append(seen, q.LinesOf(q.t, c.Name)...)
		q.say(why.ContainerUnhealthy, text, "Run the command in the container, with ecs-emulator exec; or correct the health check in "+q.revision()+".", seen...)
	}
	return found
}

// times is how often in a row a check fails until its container is UNHEALTHY. Source: ECS API reference, HealthCheck.retries.
func times(check *types.HealthCheck) string {
	n := 3
	if check.Retries != nil {
		n = int(*check.Retries)
	}
	if n == 1 {
		return "once"
	}
	return strconv.Itoa(n) + " times in a row"
}

// What load balancers say of a check that failed; backend/balancer/health makes it. Source: ELBv2 API reference, TargetHealth.
var (
	failedCodes = lazyregexp.New(`^Health checks failed with these codes: \[(\d+)\]$`)
	timedOut    = "Request timed out"
)

// failedTarget is of a target that fails the checks of its group. target is nil if the row of the task does not have it any more.
func (q *question) failedTarget(groupARN string, target *state.TaskTarget, description string) {
	seen := []why.Evidence{{Text: "target group " + groupARN + ": " + cmp.Or(description, "unhealthy")}}
	if q.t.Stop != nil {
		seen = append(seen, q.reason())
	}
	g := elbv2.FindTargetGroup(q.Tx, groupARN)
	if g == nil {
		q.say(why.TargetUnhealthy, fmt.Sprintf("it failed the health checks of target group %s: %s", groupARN, cmp.Or(description, "no more is known")), "", seen...)
		return
	}
	if description == timedOut && target != nil && q.keptApart(g, target, seen) {
		return
	}
	check, port := &g.HealthCheck, portOf(g, target)
	asked := "asked for a connection to " + port
	if check.Path != "" {
		asked = "asked " + check.Path + " at " + port
	}
	seen = append(seen, why.Evidence{Text: fmt.Sprintf("target group %s: health check %s %s at port %s, codes %s", g.Name, check.Protocol, check.Path, check.Port, codes(check))})
	text := fmt.Sprintf("target group %s %s and the check failed", g.Name, asked)
	next := "Correct the health check of target group " + g.Name + ", or the program."
	switch found := failedCodes.FindStringSubmatch(description); {
	case found != nil:
		text = fmt.Sprintf("target group %s %s and got %s, wants %s", g.Name, asked, found[1], codes(check))
	case description == timedOut:
		text = fmt.Sprintf("target group %s %s and got no answer within %d s", g.Name, asked, check.Timeout)
		next = "See whether the program listens there on all its addresses, and answers in time."
	case description == "":
		text = "it failed the health checks of target group " + g.Name
	}
	q.say(why.TargetUnhealthy, text, next, seen...)
}

func codes(check *elbv2.HealthCheck) string {
	return cmp.Or(check.HTTPCode, check.GRPCCode, "a connection")
}

func portOf(g *elbv2.TargetGroup, target *state.TaskTarget) string {
	switch {
	case g.HealthCheck.Port != elbv2.TrafficPort:
		return "port " + g.HealthCheck.Port
	case target != nil:
		return "port " + strconv.Itoa(int(target.Port))
	}
	return "its traffic port"
}

// stoppedUnhealthy is of a task that was replaced for its health.
func (q *question) stoppedUnhealthy() {
	if group := groupOf(q.t.Stop.Reason); group != "" {
		q.failedTarget(group, q.target(group), q.t.Stop.Detail)
		return
	}
	if !q.failedChecks() {
		q.say(why.ContainerUnhealthy, "the scheduler has replaced it, as its containers failed their health checks", "", q.reason())
	}
}

// target is the one that the task has, or had, in a group.
func (q *question) target(group string) *state.TaskTarget {
	if q.t.Traffic == nil {
		return nil
	}
	for i := range q.t.Traffic.Targets {
		if q.t.Traffic.Targets[i].Group == group {
			return &q.t.Traffic.Targets[i]
		}
	}
	return nil
}
