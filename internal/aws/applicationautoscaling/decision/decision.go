// Package decision decides how a service is scaled: of what the alarms of its policies say and the state of the target
// it makes one change, or says why there is none. It is pure: it reads no clock and no rows by itself.
package decision

import (
	"cmp"
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/applicationautoscaling/types"
)

// State is what there is to scale.
type State struct {
	Now       time.Time
	Min, Max  int32 // bounds of the target
	Suspended applicationautoscaling.Suspended
	// Desired is the desired count of the service, and Running how many of its tasks run.
	Desired, Running int32
	Deploying        bool // a deployment of the service is in progress
	// Last is the newest change; the zero value if nothing follows from it any more.
	Last Last
}

// Last is a change by a policy that is under way, or whose cool-down may go on.
type Last struct {
	To   int32
	Out  bool
	Base int32     // the capacity that a scale-out began with, or that of the one in whose cool-down it came
	Open bool      // it is not fulfilled yet: its cool-down has not begun
	Cool time.Time // the end of the cool-down of one that is not open
}

// cools reports whether the last change is a scale-out, or a scale-in, that is under way or in its cool-down. After
// another caller has changed the desired count it is over: a choice.
func (s *State) cools(out bool) bool {
	return s.Last.Out == out && s.Last.To == s.Desired && (s.Last.Open || s.Now.Before(s.Last.Cool))
}

// base is the capacity that a scale-out counts from: during the cool-down of another one what that has added counts as
// part of the next one, so that only a larger one acts. Source: API reference, StepScalingPolicyConfiguration and
// TargetTrackingScalingPolicyConfiguration.
func (s *State) base() int32 {
	if s.cools(true) {
		return s.Last.Base
	}
	return s.Desired
}

// Signal is that an alarm asks for the action of a policy.
type Signal struct {
	Policy    *applicationautoscaling.Policy
	Alarm     string // name
	State     string // of the alarm, which triggers the policy: ALARM
	Threshold float64
	Below     bool // the alarm is in ALARM below its threshold, not above
	// Values are the newest data points of the alarm's metric, oldest first.
	Values []float64
}

// Peer is another target tracking policy of the target, with the newest data points of its metric, oldest first.
type Peer struct {
	Policy *applicationautoscaling.Policy
	Values []float64
}

// Decision is what comes of signals: a change, or why nothing changes.
type Decision struct {
	Signal *Signal // that decided; nil without signals
	Change *Change // nil: there is none
	Held   string  // what holds a change back, in words; empty with a change
	// NotScaled is the reason that the history of activities has for it; nil: it has none.
	NotScaled *types.NotScaledReason
}

// Change of a desired count.
type Change struct {
	From, To int32
	Base     int32 // see Last
	Cooldown time.Duration
}

// Decide comes to one decision about all signals that there are at a time. If one of them asks for more tasks, the
// largest count wins. Tasks go only if none does, then also the largest count wins, and all target tracking policies
// that may scale in must agree.
// Source: Application Auto Scaling user guide, target tracking: multiple policies.
func Decide(s State, signals []Signal, peers []Peer) Decision {
	var outs, ins, rest []Decision
	for n := range signals {
		signal := &signals[n]
		switch w := wantOf(&s, signal); w.aim {
		case out:
			outs = append(outs, s.scaleOut(signal, w))
		case in:
			ins = append(ins, s.agree(s.scaleIn(signal, w), peers))
		default:
			rest = append(rest, s.stay(signal, w))
		}
	}
	switch {
	case len(outs) > 0:
		return slices.MaxFunc(outs, func(a, b Decision) int { return cmp.Compare(a.to(0), b.to(0)) })
	case len(ins) > 0:
		return slices.MaxFunc(ins, func(a, b Decision) int { return cmp.Compare(a.to(s.Desired), b.to(s.Desired)) })
	case len(rest) > 0:
		return rest[0]
	}
	return Decision{Held: "no alarm asks for a change"}
}

// to is the count that a decision leads to, or another one if it changes nothing.
func (d *Decision) to(unchanged int32) int32 {
	if d.Change == nil {
		return unchanged
	}
	return d.Change.To
}
