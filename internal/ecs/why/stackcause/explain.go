// Package stackcause finds what a stack of CloudFormation waits for, and why it failed or was rolled back, down to the
// causes of its services.
package stackcause

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/overview"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why/phrase"
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
		cause := why.Unknown
		if s.Status.InProgress() {
			cause = why.InProgress
		}
		answers = append(answers, why.Answer{
			Cause: cause, At: shown.Since,
			Sentence: fmt.Sprintf("Stack %s is %s: %s.", s.Name, s.Status, strings.TrimSuffix(cmp.Or(shown.Reason, "CloudFormation gives no reason"), ".")),
			Evidence: []why.Evidence{{At: shown.Since, Text: fmt.Sprintf("stack %s is %s %s", s.Name, s.Status, shown.Reason)}},
		})
	}
	return answers
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
