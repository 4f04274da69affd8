// Package inquiry finds what a question is about, and has the packages of causes answer it.
//
//	result, err := inquiry.Of(facts, "shop/web", "")
//	all := inquiry.All(facts, "") // what is not as wanted
package inquiry

import (
	"fmt"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/activity"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/daemon"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/overview"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why/daemoncause"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why/instancecause"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why/phrase"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why/placecause"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why/servicecause"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why/stackcause"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why/targetcause"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why/taskcause"
)

// Of answers why what a reference fits is not as wanted. Where it fits several, Fits names them, and the answers are of all.
// The error is an UnknownError.
func Of(f *why.Facts, ref, cluster string) (why.Result, error) {
	found, err := find(f.Tx, ref, cluster)
	if err != nil {
		return why.Result{}, err
	}
	if len(found) == 1 {
		r := answer(f, found[0])
		for i := range r.Answers { // the result says what they are about
			if r.Answers[i].Of == r.Of {
				r.Answers[i].Of, r.Answers[i].Kind = "", ""
			}
		}
		return r, nil
	}
	all := why.Result{AsWanted: true, Answers: []why.Answer{}}
	for _, s := range found {
		r := answer(f, s)
		all.Fits = append(all.Fits, why.Fit{Of: r.Of, Kind: r.Kind, AsWanted: r.AsWanted})
		all.AsWanted = all.AsWanted && r.AsWanted
		all.Answers = append(all.Answers, r.Answers...)
	}
	return all, nil
}

// answer answers about one subject. Each answer says what it is about.
func answer(f *why.Facts, s subject) why.Result {
	r := why.Result{Of: s.arn, Kind: s.kind, AsWanted: true}
	switch s.kind {
	case why.KindTask:
		r.AsWanted, r.Answers = task(f, state.FindTask(f.Tx, s.arn))
	case why.KindService:
		row := state.FindService(f.Tx, s.arn)
		r.AsWanted, r.Answers = servicecause.AsWanted(f, row), servicecause.Explain(f, row)
	case why.KindDaemon:
		row := daemon.Find(f.Tx, s.arn)
		r.AsWanted, r.Answers = daemoncause.AsWanted(f, row), daemoncause.Explain(f, row)
	case why.KindServiceDeployment:
		row := state.FindServiceDeployment(f.Tx, s.arn)
		r.AsWanted, r.Answers = servicecause.DeploymentAsWanted(row), servicecause.ExplainDeployment(f, row)
	case why.KindContainerInstance:
		row := state.FindContainerInstance(f.Tx, s.arn)
		r.AsWanted, r.Answers = instancecause.AsWanted(row), instancecause.Explain(f, row)
	case why.KindTargetGroup:
		r.AsWanted, r.Answers = targetcause.AsWanted(f, elbv2.FindTargetGroup(f.Tx, s.arn)), targetcause.Explain(f, s.arn)
	case why.KindStack:
		row := cloudformation.StackAt(f.Tx, s.arn)
		r.AsWanted, r.Answers = stackcause.AsWanted(row), stackcause.Explain(f, row)
	}
	if !r.AsWanted && len(r.Answers) == 0 {
		r.Answers = []why.Answer{unknown(f, s)}
	}
	for i := range r.Answers {
		if r.Answers[i].Of == "" {
			r.Answers[i].Of, r.Answers[i].Kind = s.arn, s.kind
		}
	}
	r.Answers = whole(r.Answers)
	return r
}

// whole has empty lists where there are none, as the JSON of answers has them, and each text in one line: names, reasons and
// lines of logs may have any characters, also those that move a terminal's cursor.
func whole(answers []why.Answer) []why.Answer {
	list := make([]why.Answer, len(answers))
	for i, a := range answers {
		a.Sentence, a.Next = activity.OneLine(a.Sentence), activity.OneLine(a.Next)
		seen := make([]why.Evidence, len(a.Evidence))
		for n, e := range a.Evidence {
			seen[n] = why.Evidence{At: e.At, Text: activity.OneLine(e.Text)}
		}
		a.Evidence = seen
		a.Because = whole(a.Because)
		list[i] = a
	}
	return list
}

// task is as wanted while it is on its way to what is wanted of it no longer than it takes, or where it has ended as it was
// asked to.
func task(f *why.Facts, t *state.Task) (asWanted bool, answers []why.Answer) {
	if t.Waits() && t.Stop == nil {
		return false, placecause.Waiting(f, t)
	}
	answers = taskcause.Explain(f, t)
	if a, ok := targetcause.OfTask(t); ok && !t.Ended() {
		answers = append(answers, a)
	}
	if !t.Ended() {
		return overview.TaskNotAsWanted(t) == "", answers
	}
	return endedAsWanted(t), answers
}

// endedAsWanted reports whether a task has STOPPED as it was asked to: by a user, by the scheduler without a failed health
// check, or, of one that runs once, with exit code 0 of each container that ended by itself.
func endedAsWanted(t *state.Task) bool {
	if t.Stop == nil {
		return true
	}
	switch t.Stop.Code {
	case types.TaskStopCodeUserInitiated:
		return true
	case types.TaskStopCodeServiceSchedulerInitiated:
		return t.Health() != types.HealthStatusUnhealthy && t.Stop.Cause != state.StopUnhealthy && !strings.Contains(t.Stop.Reason, "health checks")
	case types.TaskStopCodeEssentialContainerExited:
		for i := range t.Status.Containers {
			c := &t.Status.Containers[i]
			if c.Ending != nil && !c.Ending.StopAt.IsZero() { // ECS has stopped it with the one that ended
				continue
			}
			if c.ExitCode == nil || *c.ExitCode != 0 {
				return false
			}
		}
		return t.Spec.ServiceARN == ""
	}
	return false
}

// unknown is of what is not as wanted where nothing tells why.
func unknown(f *why.Facts, s subject) why.Answer {
	name, text := string(s.kind)+" "+arn.Name(s.arn), ""
	if t := state.FindTask(f.Tx, s.arn); t != nil {
		name, text = phrase.TaskOf(t), overview.TaskNotAsWanted(t)
		if t.Ended() && t.Stop != nil {
			text = "it has STOPPED: " + t.Stop.Reason
		}
	}
	if d := state.FindServiceDeployment(f.Tx, s.arn); d != nil {
		name, text = "service deployment "+arn.Name(d.ARN), "it is "+string(d.Status)+": "+d.StatusReason
	}
	return why.Answer{
		Cause: why.Unknown, Sentence: fmt.Sprintf("%s is not as wanted: %s", phrase.Upper(name), phrase.Stop(text)),
		Evidence: []why.Evidence{{At: f.Now, Text: text}},
	}
}
