package activity

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// ServiceEvents says which events a service has after a change that it did not have before, oldest
// first. Both lists have the newest first, as DescribeServices shows them.
func ServiceEvents(serviceARN string, before, after []types.ServiceEvent) (lines []Line) {
	fresh := after
	if len(before) > 0 {
		known := slices.IndexFunc(after, func(e types.ServiceEvent) bool { return aws.ToString(e.Id) == aws.ToString(before[0].Id) })
		if known >= 0 {
			fresh = after[:known]
		}
	}
	for _, e := range slices.Backward(fresh) {
		message := aws.ToString(e.Message)
		text := "event" + inCluster(serviceARN) + ": " + ShortMessage(message)
		lines = append(lines, Line{At: aws.ToTime(e.CreatedAt), Tone: toneOf(message), Text: text})
	}
	return lines
}

// ShortMessage cuts the ids of tasks in a message, which may have many of them.
func ShortMessage(message string) string {
	parts := strings.Split(message, "(task ")
	for i, part := range parts[1:] {
		if id, rest, ok := strings.Cut(part, ")"); ok && !strings.Contains(id, " ") {
			parts[i+1] = ShortID(id) + "…)" + rest
		}
	}
	return strings.Join(parts, "(task ")
}

// toneOf tells by the words of ECS whether an event is good news. Source: ECS developer guide,
// service event messages.
func toneOf(message string) Tone {
	switch {
	case containsAny(message, "steady state", "deployment completed"):
		return Good
	case containsAny(message, "deployment failed", "unable to ", "rolling back"):
		return Bad
	case containsAny(message, "unhealthy", "failed container health checks", "was unable"):
		return Warning
	}
	return Plain
}

func containsAny(s string, texts ...string) bool {
	return slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(s, text) })
}

// ServiceDeployment says how far a service deployment has come after a change. taskDefinition is
// what it brings. before is nil for one that was not known.
func ServiceDeployment(before, after *state.ServiceDeployment, taskDefinition string) (lines []Line) {
	if before == nil {
		before = &state.ServiceDeployment{}
	}
	say := func(at time.Time, tone Tone, format string, args ...any) {
		what := fmt.Sprintf("deployment of %s to service:%s%s ", arn.Name(taskDefinition), arn.Name(after.ServiceARN), inCluster(after.ServiceARN))
		lines = append(lines, Line{At: at, Tone: tone, Text: what + fmt.Sprintf(format, args...)})
	}
	if before.StartedAt.IsZero() && !after.StartedAt.IsZero() {
		say(after.StartedAt, Plain, "is IN_PROGRESS")
	}
	if before.Rollback == nil && after.Rollback != nil {
		say(after.Rollback.StartedAt, Bad, "is ROLLBACK_IN_PROGRESS: %s", after.Rollback.Reason)
	}
	if stage := newStage(before.Shift, after); stage != "" {
		say(after.Shift.Since, Plain, "is at %s", stage)
	}
	if !before.Ended() && after.Ended() {
		tone := Bad
		if after.Status == types.ServiceDeploymentStatusSuccessful {
			tone = Good
		}
		text := "is " + string(after.Status)
		if after.StatusReason != "" && after.Status != types.ServiceDeploymentStatusSuccessful {
			text += ": " + after.StatusReason
		}
		say(after.FinishedAt, tone, "%s", text)
	}
	return lines
}

// newStage is that which a deployment that shifts traffic has come to, or come to again for another step;
// empty: it has not, or it is over.
func newStage(before *state.TrafficShift, after *state.ServiceDeployment) string {
	shift := after.Shift
	if shift == nil || after.Ended() || before != nil && before.Stage == shift.Stage && before.Step == shift.Step && before.Back == shift.Back {
		return ""
	}
	stage, weight := string(shift.Stage), after.Target.ProductionWeight
	switch {
	case shift.Back:
		stage += " on its way back"
	case shift.Stage == types.ServiceDeploymentLifecycleStageProductionTrafficShift && weight != nil:
		stage += ", with " + strconv.FormatFloat(*weight, 'f', -1, 64) + " % of the requests"
	}
	return stage
}
