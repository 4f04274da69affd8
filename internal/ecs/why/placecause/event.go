package placecause

import (
	"cmp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/activity"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/placement"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why/phrase"
)

// eventCauses are parts of service events about placement, with their causes.
// Source: package event, which has the sentences.
var eventCauses = []struct {
	part  string
	cause why.Cause
	next  string // empty: see nexts
}{
	{placement.NoContainerInstances, why.NoInstances, ""},
	{placement.NoProviderInstances, why.NoInstances, ""},
	{state.NoCapacity, why.NoCapacity, ""},
	{"has insufficient ", why.NoCapacity, ""},
	{"doesn't have the agent connected", why.NoCapacity, ""},
	{placement.ResourceENI, why.NoCapacity, ""},
	{"already using a port", why.PortTaken, ""},
	{"missing an attribute", why.PlacementConstraint, ""},
	{strings.TrimSpace(placement.MemberOf), why.PlacementConstraint, ""},
	{strings.TrimSpace(placement.DistinctInstance), why.PlacementConstraint, ""},
	{placement.Location, why.PlacementConstraint, ""},
	{"provisioning capacity limit", why.Quota, ""},
	{"limit on the number of vCPUs", why.Quota, ""},
	{"ecs-emulator: there is no engine ", why.PlacementConstraint, phrase.NextEngine},
	{"ecs-emulator: no engine has the architecture ", why.PlacementConstraint, phrase.NextEngine},
	{" has the architecture ", why.PlacementConstraint, phrase.NextEngine},
	{"no --shared-file-system says", why.PlacementConstraint, "If the engines mount the same file system, say so with --shared-file-system; else ask for the engine that has it."},
}

// nexts say what to do about a cause that lasts until a user does something.
var nexts = map[why.Cause]string{
	why.Quota: "ECS tries again by itself: stop other tasks, or start the emulator with a higher --quota.",
}

// OfEvent says why a task found no place by the event of its service that tells of it. ok is false for another event, or a
// reason that is not about places.
func OfEvent(service string, e *types.ServiceEvent) (answer why.Answer, ok bool) {
	message := aws.ToString(e.Message)
	if !strings.Contains(message, "unable to place ") {
		return answer, false
	}
	for _, known := range eventCauses {
		if strings.Contains(message, known.part) {
			text := activity.ShortMessage(message)
			_, reason, _ := strings.Cut(text, ") ")
			reason, _, _ = strings.Cut(reason, " For more information")
			return why.Answer{
				Cause: known.cause, Next: cmp.Or(known.next, nexts[known.cause]), At: aws.ToTime(e.CreatedAt), Sentence: phrase.Upper(service) + " " + phrase.Stop(reason),
				Evidence: []why.Evidence{{At: aws.ToTime(e.CreatedAt), Text: "event: " + text}},
			}, true
		}
	}
	return answer, false
}
