package shift

import (
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// How long a stage, or a step of one, and a deployment may take. Source: ECS developer guide, blue/green
// deployments.
const (
	stageTimeout      = 24 * time.Hour
	deploymentTimeout = 30 * 24 * time.Hour
)

// Revision is one of the two between which traffic shifts.
type Revision struct {
	ARN           string
	Deployment    string // id
	LoadBalancers []types.LoadBalancer
	Groups        []string // that its tasks are in: see state.ServiceRevision.TargetGroups
	Up            bool     // all its tasks are healthy
	Serves        bool     // one of them at least is, or none is wanted
}

// Situation is all that the way on follows from.
type Situation struct {
	Now       time.Time
	StartedAt time.Time // of the deployment
	Course    Course
	Shift     state.TrafficShift
	Hooks     []state.LifecycleHook
	Rules     Rules
	Endpoints []Endpoint // of Service Connect
	Target    Revision
	Source    Revision // without an ARN: there is none
	Settled   bool     // no other revision has tasks
	Others    bool     // one that is neither of them has healthy tasks
	// NetworkShift is how much longer the stages take that shift traffic, with a network load balancer.
	NetworkShift time.Duration
}

// Result is how far a deployment has come.
type Result struct {
	Shift state.TrafficShift
	Hooks []state.LifecycleHook
	// Groups are the target groups of the target revision, once they are known.
	Groups []string
	// Weights are those that rules are to have, and do not.
	Weights []Led
	// Split is how proxies are to share requests, and do not; nil: there is nothing to change.
	Split *Split
	// Failure is why the deployment goes back, or why its way back ends; empty: it goes on.
	Failure string
	// Over is why the deployment ends now, although not all tasks are as they should be; empty: it does not.
	Over string
	// WakeAt is when to look again though nothing has changed; zero is never. Awaits are ARNs of endpoints
	// whose proxies do not yet share as they shall.
	WakeAt time.Time
	Awaits []string
}

// advance is a situation on its way to a result.
type advance struct {
	Situation
	result Result
	owned  bool
}

// Advance takes a deployment as far as it goes now: through all stages at which it waits for nothing. It
// is the same again until something happens.
func Advance(in Situation) Result {
	a := &advance{Situation: in}
	a.result.Groups = in.Target.Groups
	for a.step() {
	}
	a.result.Shift, a.result.Hooks = a.Shift, a.Hooks
	return a.result
}

// step does what is due at the stage; it reports whether that is over and another one has begun.
func (a *advance) step() bool {
	if a.fails() {
		return false
	}
	if !a.led() {
		return a.late(answer{unled: true})
	}
	said := a.hooksDue()
	switch {
	case said.failure != "" && !a.Shift.Back:
		a.result.Failure = said.failure
		return false
	case said.failure == "" && !said.through, !a.finished():
		return a.late(said)
	}
	return a.enter(a.next())
}

// fails reports whether the deployment cannot go on, one way or the other: nothing waits for that. At its last
// stage it can, also without what a user deletes.
func (a *advance) fails() bool {
	switch {
	case a.Shift.Stage == cleanUp:
		return false
	case a.Shift.Back:
		a.result.Failure = a.lacksWayBack()
		return a.result.Failure != ""
	}
	if end := a.StartedAt.Add(deploymentTimeout); !a.Now.Before(end) {
		a.result.Failure = overdue
	} else {
		a.wake(end)
	}
	if a.Shift.Stage == preScaleUp && a.result.Groups == nil && len(a.Target.LoadBalancers) > 0 {
		a.result.Groups, a.result.Failure = Resolve(a.Target.LoadBalancers, a.Rules)
		a.Target.Groups = a.result.Groups
	}
	if a.result.Failure == "" {
		a.result.Failure = a.lacks()
	}
	return a.result.Failure != ""
}

// hooksDue asks the hooks of the stage. On the way back those of the shifts are asked that had begun.
func (a *advance) hooksDue() answer {
	s := &a.Shift
	if s.Back && !(s.Stage == testShift && shiftedTest(s) || s.Stage == production && shiftedProduction(s)) {
		return answer{through: true}
	}
	return a.hooks()
}

// finished reports whether the work of the stage itself is done.
func (a *advance) finished() bool {
	s := &a.Shift
	switch {
	case s.Stage == cleanUp:
		return false
	case s.Back:
		return s.Stage != scaleUp || a.Source.Up || LeadsNowhere(a.Source.LoadBalancers, a.Source.Groups, a.Rules)
	case s.Stage == reconcile:
		return a.Settled
	case s.Stage == scaleUp:
		return a.Target.Up
	case s.Stage == testShift:
		return a.past(s.Shifted.Add(a.lag()))
	case s.Stage == production && s.Step+1 < len(a.Course.Steps):
		return a.past(s.Shifted.Add(a.lag() + a.Course.StepBake))
	case s.Stage == production:
		return a.past(s.Shifted.Add(a.lag()))
	case s.Stage == bakeTime:
		return a.past(s.Since.Add(a.Course.Bake))
	default:
		return true
	}
}

// lag is how much longer the shift of the stage takes: where a network load balancer has a rule that it is
// about. Whether each step does, and a rollback, is not published: here steps do, and a rollback does not.
//
// Source: ECS developer guide, blue/green deployments with network load balancers.
func (a *advance) lag() time.Duration {
	for _, p := range pairs(a.Target.LoadBalancers, nil) {
		rule := p.production
		if a.Shift.Stage == testShift {
			rule = p.test
		}
		if strings.Contains(a.Rules.ByARN[rule].LoadBalancer, ":loadbalancer/net/") {
			return a.NetworkShift
		}
	}
	return 0
}

// past reports whether a time has come, and wakes when it does.
func (a *advance) past(at time.Time) bool {
	if !a.Now.Before(at) {
		return true
	}
	a.wake(at)
	return false
}

// late waits on at a stage, or gives it up after its time. A pause and the bake times have times of their own, which
// may be as long. On the way back, hooks and missing tasks are not waited for any longer, but no traffic is led to a
// revision that does not serve. At the last stage the deployment ends, and old tasks stop when they can.
// Source: ECS developer guide, blue/green deployments, for the time. That it undoes nothing once the old tasks may
// go, and how a rollback ends, is the emulator's choice.
func (a *advance) late(said answer) bool {
	s := &a.Shift
	a.wake(said.until)
	bakes := s.Stage == bakeTime || s.Stage == production && !s.Shifted.IsZero() && said.through && said.until.IsZero()
	if said.paused || bakes || !a.past(s.Since.Add(stageTimeout)) {
		return false
	}
	switch {
	case CleansUp(s) && (!s.Back || a.Source.Up):
		a.result.Over = cleanUpOverdue
	case !s.Back:
		a.result.Failure = stageOverdue(s.Stage)
	case s.Stage == cleanUp || said.unled || !a.mayLead():
		a.result.Failure = rollbackOverdue(s.Stage)
	default:
		return a.enter(a.next())
	}
	return false
}

// next is the stage after this one, and its step.
func (a *advance) next() (Stage, int) {
	s := &a.Shift
	switch {
	case s.Back:
		return map[Stage]Stage{scaleUp: testShift, testShift: production, production: cleanUp}[s.Stage], s.Step
	case s.Stage == production && s.Step+1 < len(a.Course.Steps):
		return preProduction, s.Step + 1
	}
	for i, stage := range order {
		if stage == s.Stage {
			return order[i+1], s.Step
		}
	}
	return cleanUp, s.Step
}

func (a *advance) enter(stage Stage, step int) bool {
	a.Shift.Stage, a.Shift.Step, a.Shift.Since, a.Shift.Shifted = stage, step, a.Now, time.Time{}
	return true
}

func (a *advance) wake(at time.Time) { a.result.WakeAt = earlier(a.result.WakeAt, at) }

// Begin is the shift of a deployment that begins. With several revisions, or one that never completed, the
// service is reconciled first.
func Begin(source string, settled bool, now time.Time) *state.TrafficShift {
	s := &state.TrafficShift{Stage: preScaleUp, Since: now, Source: source}
	if !settled {
		s.Stage = reconcile
	}
	return s
}

// TurnBack has a deployment go back: traffic first, but for blue that has begun to go, whose tasks come
// back before.
func TurnBack(s state.TrafficShift, now time.Time) *state.TrafficShift {
	s.Back, s.From, s.Since, s.Shifted = true, s.Stage, now, time.Time{}
	s.Stage = testShift
	if s.From == cleanUp {
		s.Stage = scaleUp
	}
	return &s
}
