// Package stackcause finds what a stack of CloudFormation waits for, and why it failed or was rolled back, down to the
// causes of its services.
package stackcause

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/overview"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why/phrase"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why/servicecause"
)

// mostWaits is of how many resources it is said why they are waited for.
const mostWaits = 10

// AsWanted reports whether a stack has come to what it was asked for.
func AsWanted(s *cloudformation.Stack) bool { return s.Status.AsWanted() }

// Explain returns why a stack is not as wanted: what has failed first, also in its rollback, and what it waits for.
func Explain(f *why.Facts, s *cloudformation.Stack) (answers []why.Answer) {
	if s.Status.AsWanted() {
		return nil
	}
	shown := overview.ReadStack(f.Tx, s)
	if shown.Failure != nil {
		answers = append(answers, failed(f, s, &shown, shown.Failure, ""))
	}
	if shown.RollbackFailure != nil {
		answers = append(answers, failed(f, s, &shown, shown.RollbackFailure, " in its rollback"))
	}
	for n := range shown.WaitsFor[:min(len(shown.WaitsFor), mostWaits)] {
		answers = append(answers, waits(f, s, &shown, &shown.WaitsFor[n]))
	}
	if !shown.MonitoredUntil.IsZero() && f.Now.Before(shown.MonitoredUntil) {
		answers = append(answers, monitored(f, s, &shown))
	}
	if len(answers) == 0 {
		answers = append(answers, why.Answer{
			Cause: why.Unknown, At: shown.Since,
			Sentence: fmt.Sprintf("Stack %s is %s: %s.", s.Name, s.Status, strings.TrimSuffix(cmp.Or(shown.Reason, "CloudFormation gives no reason"), ".")),
			Evidence: []why.Evidence{{At: shown.Since, Text: fmt.Sprintf("stack %s is %s %s", s.Name, s.Status, shown.Reason)}},
		})
	}
	return answers
}

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
		if strings.HasPrefix(first.Reason, "Rollback trigger ") && strings.Contains(first.Reason, " is in the state ALARM.") {
			answer.Cause, answer.Next = why.AlarmRollback, "See what the alarm measures, correct that, and deploy the stack again."
		}
	}
	if first.Reason != "" {
		what += ": " + strings.TrimRight(strings.TrimSpace(first.Reason), ".")
	}
	answer.Sentence = fmt.Sprintf("Stack %s is %s: at %s%s %s.", s.Name, s.Status, phrase.Time(f.Now, first.At), where, what)
	physical, began := failing(f, s, first)
	answer.Because = resource(f, s, &part{first.LogicalID, physical, first.Type, began, first.At})
	if len(answer.Because) > 0 && answer.Because[0].Next != "" {
		answer.Next = answer.Because[0].Next
	}
	return answer
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

// part is a resource of a stack, in the time in which something was done to it. It goes on where the end is zero.
type part struct {
	logicalID, physicalID, kind string
	from, to                    time.Time
}

// waits is of a resource on which something is being done.
func waits(f *why.Facts, s *cloudformation.Stack, shown *overview.Stack, r *overview.StackResource) why.Answer {
	answer := why.Answer{
		Cause: why.ResourceWaits, At: r.Since, Next: "Wait.",
		Because: resource(f, s, &part{logicalID: r.LogicalID, physicalID: r.PhysicalID, kind: r.Type, from: r.Since}),
	}
	doing := r.Status
	if r.Stabilizing {
		doing += ": all calls are made, and it is yet to get stable"
	}
	if r.RetryAt.IsZero() {
		answer.Sentence = fmt.Sprintf("Stack %s is %s, and waits for %s (%s) since %s, which is %s.", s.Name, s.Status, r.LogicalID, r.Type, phrase.Time(f.Now, r.Since), doing)
	} else {
		answer.Sentence = fmt.Sprintf("Stack %s is %s: %s (%s) is %s, and is tried again at %s.", s.Name, s.Status, r.LogicalID, r.Type, doing, phrase.Time(f.Now, r.RetryAt))
	}
	answer.Evidence = []why.Evidence{
		{At: r.Since, Text: strings.TrimSpace(fmt.Sprintf("resource %s is %s %s", r.LogicalID, r.Status, r.PhysicalID))},
		{At: shown.Since, Text: fmt.Sprintf("stack %s is %s", s.Name, s.Status)},
	}
	for _, a := range answer.Because {
		if a.Next != "" {
			answer.Next = a.Next
			break
		}
	}
	return answer
}

// resource is why a resource failed, or is not ready: of a service it is known.
func resource(f *why.Facts, s *cloudformation.Stack, p *part) []why.Answer {
	if p.physicalID == "" {
		if r := cloudformation.FindResource(f.Tx, s.ID, p.logicalID); r != nil {
			p.physicalID = r.PhysicalID
		}
	}
	if p.kind != "AWS::ECS::Service" {
		return nil
	}
	return service(f, p)
}

// service is why a service is not as wanted, or, where it is or was deleted in a rollback, why its tasks have failed. A
// service that has been made since is another one.
func service(f *why.Facts, p *part) (answers []why.Answer) {
	s := state.FindService(f.Tx, p.physicalID)
	if s == nil || !p.to.IsZero() && s.CreatedAt.After(p.to) {
		return nil
	}
	answers = servicecause.Explain(f, s)
	for i := range answers {
		if answers[i].Of == "" {
			answers[i].Of, answers[i].Kind = s.ARN, why.KindService
		}
	}
	if len(answers) == 0 && !p.to.IsZero() {
		answers = servicecause.Tasks(f, s.ARN, p.from, p.to)
	}
	return answers
}

// monitored is of a stack that watches the alarms that roll it back.
func monitored(f *why.Facts, s *cloudformation.Stack, shown *overview.Stack) why.Answer {
	var names []string
	for _, t := range s.Rollback.Triggers {
		_, name, _ := strings.Cut(t.ARN, ":alarm:")
		names = append(names, name)
	}
	text := ""
	if len(names) > 0 {
		text = " " + phrase.Verb(len(names), "alarm", "alarms") + " " + phrase.List(names)
	}
	return why.Answer{
		Cause: why.BakeTime, At: shown.Since, Next: "Wait, or advance the clock.",
		Sentence: fmt.Sprintf("Stack %s has made all its resources, and watches%s until %s.", s.Name, cmp.Or(text, " no alarm"), phrase.Time(f.Now, shown.MonitoredUntil)),
		Evidence: []why.Evidence{{At: shown.Since, Text: fmt.Sprintf("rollback configuration: monitored until %s", phrase.Time(f.Now, shown.MonitoredUntil))}},
	}
}
