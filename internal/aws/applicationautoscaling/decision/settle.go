package decision

import (
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/applicationautoscaling/types"
)

// Codes of reasons why nothing was scaled. Source: recorded answers.
const (
	AtMax     = "AlreadyAtMaxCapacity"
	AtMin     = "AlreadyAtMinCapacity"
	AtDesired = "AlreadyAtDesiredCapacity"
)

// scaleOut says what comes of a policy that wants more tasks.
func (s *State) scaleOut(signal *Signal, w want) Decision {
	to := max(min(w.to, s.Max), s.Min)
	switch {
	case s.Suspended.Out:
		return held(signal, suspendedOut)
	case s.Desired >= s.Max:
		return notScaled(signal, "the maximum is reached", &types.NotScaledReason{Code: aws.String(AtMax), MaxCapacity: &s.Max})
	case to > s.Desired:
		return Decision{Signal: signal, Change: &Change{From: s.Desired, To: to, Base: s.base(), Cooldown: cooldown(signal.Policy, true)}}
	case s.cools(true):
		return held(signal, s.cooling("scale-out")+"; it wants no more than that brings")
	case signal.Policy.Type == types.PolicyTypeTargetTrackingScaling:
		return held(signal, "tasks that are to run do not run yet")
	}
	return s.stay(signal, w)
}

// scaleIn says what comes of a policy that lets tasks go.
func (s *State) scaleIn(signal *Signal, w want) Decision {
	to := min(max(w.to, s.Min), s.Max)
	switch {
	case s.Suspended.In:
		return held(signal, suspendedIn)
	case s.Desired <= s.Min:
		return notScaled(signal, "the minimum is reached", &types.NotScaledReason{Code: aws.String(AtMin), MinCapacity: &s.Min})
	case s.Deploying:
		return held(signal, deploying)
	case s.cools(false):
		return held(signal, s.cooling("scale-in"))
	case to < s.Desired:
		return Decision{Signal: signal, Change: &Change{From: s.Desired, To: to, Base: to, Cooldown: cooldown(signal.Policy, false)}}
	case signal.Policy.Type == types.PolicyTypeTargetTrackingScaling:
		return held(signal, fmt.Sprintf("the load needs %d", to))
	}
	return s.stay(signal, w)
}

// stay is that a policy asks for what there is, or for nothing.
func (s *State) stay(signal *Signal, w want) Decision {
	if w.why != "" {
		return held(signal, w.why)
	}
	return notScaled(signal, "it is the desired count already", &types.NotScaledReason{Code: aws.String(AtDesired), CurrentCapacity: &s.Desired})
}

// agree has the other target tracking policies agree to a scale-in by one. The one that needs most tasks wins.
func (s *State) agree(d Decision, peers []Peer) Decision {
	if d.Change == nil || d.Signal.Policy.Type != types.PolicyTypeTargetTrackingScaling {
		return d
	}
	for _, peer := range peers {
		p := peer.Policy
		if p.Tracking == nil || aws.ToBool(p.Tracking.DisableScaleIn) || p.Name == d.Signal.Policy.Name {
			continue
		}
		if len(peer.Values) == 0 {
			return held(d.Signal, fmt.Sprintf("policy %s does not agree: %s", p.Name, noData))
		}
		w := trackingIn(s, p, peer.Values)
		if w.aim != in || w.to >= s.Desired {
			return held(d.Signal, fmt.Sprintf("policy %s does not agree: its metric is at %v", p.Name, slices.Max(peer.Values)))
		}
		d.Change.To = max(d.Change.To, min(w.to, s.Max))
		d.Change.Base = d.Change.To
	}
	return d
}

func (s *State) cooling(of string) string {
	if s.Last.Open {
		return "a " + of + " is under way"
	}
	return "the cool-down of a " + of + " lasts until " + s.Last.Cool.UTC().Format(time.RFC3339)
}

// Holds tells in words what holds scaling back. It does not look at alarms.
func (s *State) Holds() []string {
	holds := []string{}
	if s.Suspended.Out {
		holds = append(holds, suspendedOut)
	}
	if s.Suspended.In {
		holds = append(holds, suspendedIn)
	}
	if s.Suspended.Scheduled {
		holds = append(holds, "scheduled actions are suspended")
	}
	if s.Deploying {
		holds = append(holds, "scaling in waits: "+deploying)
	}
	if s.cools(true) {
		holds = append(holds, s.cooling("scale-out"))
	}
	if s.cools(false) {
		holds = append(holds, s.cooling("scale-in"))
	}
	return holds
}

const (
	suspendedOut = "scaling out is suspended"
	suspendedIn  = "scaling in is suspended"
	deploying    = "a deployment is in progress"
)

func held(signal *Signal, why string) Decision { return Decision{Signal: signal, Held: why} }

func notScaled(signal *Signal, why string, reason *types.NotScaledReason) Decision {
	return Decision{Signal: signal, Held: why, NotScaled: reason}
}

// usualCooldown is the usual cooldown of services. Source: API reference, Cooldown, ScaleOutCooldown and ScaleInCooldown.
const usualCooldown = 300

// cooldown is that which a change by a policy has.
func cooldown(p *applicationautoscaling.Policy, out bool) time.Duration {
	var given *int32
	switch {
	case p.Step != nil:
		given = p.Step.Cooldown
	case p.Tracking != nil && out:
		given = p.Tracking.ScaleOutCooldown
	case p.Tracking != nil:
		given = p.Tracking.ScaleInCooldown
	}
	seconds := int32(usualCooldown)
	if given != nil {
		seconds = max(*given, 0)
	}
	return time.Duration(seconds) * time.Second
}
