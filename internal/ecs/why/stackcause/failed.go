package stackcause

import (
	"fmt"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/overview"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why/phrase"
)

// failed is of what failed first.
func failed(f *why.Facts, s *cloudformation.Stack, shown *overview.Stack, first *overview.StackFailure, where string) why.Answer {
	answer := why.Answer{
		Cause: why.ResourceFailed, At: first.At, Next: "Correct what the reason names, and deploy the stack again.",
		Evidence: []why.Evidence{
			{At: first.At, Text: "event: " + first.String()},
			{At: shown.Since, Text: strings.TrimSpace(fmt.Sprintf("stack %s is %s %s", s.Name, s.Status, shown.Reason))},
		},
	}
	what := fmt.Sprintf("%s (%s) is %s", first.LogicalID, first.Type, first.Status)
	if first.Type == cloudformation.TypeStack && first.LogicalID == s.Name {
		what = "it is " + first.Status
		ofStack(f, s, first, &answer)
	} else {
		physical, began := failing(f, s, first)
		answer.Because = resource(f, s, &part{first.LogicalID, physical, first.Type, began, first.At.Add(time.Millisecond)})
	}
	if first.Reason != "" {
		what += ": " + strings.TrimRight(strings.TrimSpace(first.Reason), ".")
	}
	answer.Sentence = fmt.Sprintf("Stack %s is %s: at %s%s %s.", s.Name, s.Status, phrase.Time(f.Now, first.At), where, what)
	if len(answer.Because) > 0 && answer.Because[0].Next != "" {
		answer.Next = answer.Because[0].Next
	}
	return answer
}

// ofStack is of a stack whose operation has ended though no resource had failed: a caller gave it up, an alarm rang, or it took
// too long. Then it says why the resources were not ready that it waited for.
func ofStack(f *why.Facts, s *cloudformation.Stack, first *overview.StackFailure, answer *why.Answer) {
	switch {
	case first.Reason == cloudformation.UserInitiated:
		answer.Cause, answer.Next = why.UserStopped, ""
	case strings.HasPrefix(first.Reason, "Rollback trigger ") && strings.Contains(first.Reason, " is in the state ALARM."):
		answer.Cause, answer.Next = why.AlarmRollback, "See what the alarm measures, correct that, and deploy the stack again."
	default:
		for e := range cloudformation.Events(f.Tx, s.ID) {
			if e.PhysicalID == s.ID && (e.Status == string(cloudformation.CreateInProgress) || e.Status == string(cloudformation.UpdateInProgress)) {
				break // it began here
			}
			if e.Cancelled() && !e.At.After(first.At) && len(answer.Because) < mostWaits {
				cut := overview.StackFailure{LogicalID: e.LogicalID, Type: e.Type, Status: e.Status, At: e.At}
				physical, began := failing(f, s, &cut)
				answer.Because = append(answer.Because, resource(f, s, &part{cut.LogicalID, physical, cut.Type, began, cut.At.Add(time.Millisecond)})...)
			}
		}
	}
}

// failing is the physical id of a resource when it failed, as it may be gone by now and another one in its place, and when
// that operation on it began.
func failing(f *why.Facts, s *cloudformation.Stack, first *overview.StackFailure) (physicalID string, began time.Time) {
	found := false
	for e := range cloudformation.Events(f.Tx, s.ID) {
		switch {
		case e.LogicalID != first.LogicalID || e.PhysicalID == s.ID:
		case !found && e.Status == first.Status && e.At.Equal(first.At):
			found, physicalID = true, e.PhysicalID
		case found && !strings.HasSuffix(e.Status, "_IN_PROGRESS"):
			return physicalID, began
		case found:
			began = e.At
		}
	}
	return physicalID, began
}
