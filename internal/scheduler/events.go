package scheduler

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// The texts of service events, stop reasons and rollout states. Clients match them,
// so they are exact; one task is "1 tasks".
// Source: answers of ECS in field reports and public logs (ECS0005); ECS developer
// guide, service event messages.

// batchSize is how many tasks ECS starts, and so announces, at a time.
// Source: field reports.
const batchSize = 10

// repeatAfter is for how long a message about a cause that persists is not
// repeated. Source: ECS developer guide, service event messages.
const repeatAfter = 6 * time.Hour

const troubleshooting = " For more information, see the Troubleshooting section of the Amazon ECS Developer Guide."

func startedTasks(service string, ids []string, replacing int) string {
	m := fmt.Sprintf("(service %s) has started %d tasks: %s.", service, len(ids), listTasks(ids))
	if replacing > 0 {
		m += fmt.Sprintf(" Amazon ECS replaced %d tasks due to an unhealthy status.", replacing)
	}
	return m
}

func stoppedRunning(service string, ids []string) string {
	return fmt.Sprintf("(service %s) has stopped %d running tasks: %s.", service, len(ids), listTasks(ids))
}

func stoppedPending(service string, n int) string {
	return fmt.Sprintf("(service %s) stopped %d pending tasks.", service, n)
}

func listTasks(ids []string) string {
	return "(task " + strings.Join(ids, ") (task ") + ")"
}

// failedHealthChecks is said of a task that is replaced.
func failedHealthChecks(service string, t *state.Task) string {
	g := t.UnhealthyTarget()
	if t.Status.HealthStatus == types.HealthStatusUnhealthy || g == nil {
		return fmt.Sprintf("(service %s) (task %s) failed container health checks.", service, arn.Name(t.ARN))
	}
	return targetUnhealthy(service, t, *g)
}

// targetUnhealthy copies what is said of the target. It is an address or an instance (field
// reports).
func targetUnhealthy(service string, t *state.Task, g state.TaskTarget) string {
	who := "task " + arn.Name(t.ARN)
	if strings.HasPrefix(g.ID, "i-") {
		who = "instance " + g.ID
	}
	return fmt.Sprintf("(service %s) (%s) (port %d) is unhealthy in (target-group %s) due to (reason %s).", service, who, g.Port, g.Group, g.Description)
}

func registeredTargets(service string, n int, group string) string {
	return fmt.Sprintf("(service %s) registered %d targets in (target-group %s)", service, n, group)
}

func deregisteredTargets(service string, n int, group string) string {
	return fmt.Sprintf("(service %s) deregistered %d targets in (target-group %s)", service, n, group)
}

// drainingConnections names the deployment only while there is another one.
func drainingConnections(service, deployment string, n int) string {
	if deployment != "" {
		service += ", taskSet " + deployment
	}
	return fmt.Sprintf("(service %s) has begun draining connections on %d tasks.", service, n)
}

func targetLost(service, deployment, task string, g state.TaskTarget) string {
	return fmt.Sprintf("(service %s) task set (%s) (task %s) is not healthy in target-group (%s) due to %s.", service, deployment, task, g.Group, g.Lost)
}

func targetsRefused(service, group, err string) string {
	return fmt.Sprintf("(service %s) failed to register targets in (target-group %s) with (error %s)", service, group, err)
}

func deploymentCompleted(service, deployment string) string {
	return fmt.Sprintf("(service %s) (deployment %s) deployment completed.", service, deployment)
}

func deploymentFailed(service, deployment string) string {
	return fmt.Sprintf("(service %s) (deployment %s) deployment failed: tasks failed to start.", service, deployment)
}

func rollingBack(service, deployment string) string {
	return fmt.Sprintf("(service %s) rolling back to deployment %s.", service, deployment)
}

func steadyState(service string) string {
	return fmt.Sprintf("(service %s) has reached a steady state.", service)
}

func inconsistentStarts(service string) string {
	return fmt.Sprintf("(service %s) is unable to consistently start tasks successfully.", service) + troubleshooting
}

func deadlocked(service string) string {
	return fmt.Sprintf("(service %s) was unable to stop or start tasks during a deployment because of the service deployment configuration. "+
		"Update the minimumHealthyPercent or maximumPercent value and try again.", service)
}

// notPlaced is said of tasks on Fargate. Source: ECS developer guide, service event messages;
// public logs for the reasons: that there is no capacity, or what a task refers to.
func notPlaced(service, reason string) string {
	return fmt.Sprintf("(service %s) was unable to place a task. Reason: %s.", service, reason)
}

func notLaunched(service, err string) string {
	return fmt.Sprintf("(service %s) failed to launch a task with (error %s).", service, err)
}

// reasonUnhealthy is why a task is replaced.
func reasonUnhealthy(t *state.Task) string {
	if g := t.UnhealthyTarget(); g != nil && t.Status.HealthStatus != types.HealthStatusUnhealthy {
		return fmt.Sprintf("Task failed ELB health checks in (target-group %s)", g.Group)
	}
	return "Task failed container health checks"
}

// reasonScaling names the deployment that the task is of (ECS0094).
func reasonScaling(deployment string) string {
	return fmt.Sprintf("Scaling activity initiated by (deployment %s)", deployment)
}

func completedReason(deployment string) string {
	return fmt.Sprintf("ECS deployment %s completed.", deployment)
}

const failedReason = "ECS deployment circuit breaker: tasks failed to start."

// stoppedReason is the emulator's: what ECS says is not published.
const stoppedReason = "ECS deployment stopped by StopServiceDeployment."

// rollingBackReason begins with what caused the rollback.
func rollingBackReason(cause, deployment string) string {
	return fmt.Sprintf("%s: rolling back to deploymentId %s.", cause, deployment)
}

// sayUnlessSaid adds a message that may be repeated only after a while, whatever was said since:
// there may be several tasks to say it of, and other trouble.
func (p *planner) sayUnlessSaid(message string) {
	said := slices.IndexFunc(p.in.Events, func(e types.ServiceEvent) bool { return *e.Message == message })
	if said >= 0 {
		if again := p.in.Events[said].CreatedAt.Add(repeatAfter); p.now.Before(again) {
			p.wake(again)
			return
		}
	}
	p.say(message)
	p.wake(p.now.Add(repeatAfter))
}

// sayOnce adds a message unless it is the last one already; then it waits until it
// may be repeated.
func (p *planner) sayOnce(message string) {
	if len(p.in.Events) > 0 && *p.in.Events[0].Message == message {
		if again := p.in.Events[0].CreatedAt.Add(repeatAfter); p.now.Before(again) {
			p.wake(again)
			return
		}
	}
	p.say(message)
	p.wake(p.now.Add(repeatAfter))
}
