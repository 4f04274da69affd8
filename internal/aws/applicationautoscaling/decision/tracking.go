package decision

import (
	"fmt"
	"math"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling"
)

// calm is the part of its target below which a metric lets tasks go: the threshold of the low alarm. Source: recorded
// answers.
const calm = 0.9

// trackingWant is what a target tracking policy wants: as many tasks as the load needs at the target, by the newest data
// point. A high alarm never lets tasks go, and a low one never brings any.
func trackingWant(s *State, signal *Signal) want {
	target := aws.ToFloat64(signal.Policy.Tracking.TargetValue)
	if signal.Below {
		return trackingIn(s, signal.Policy, signal.Values)
	}
	value := signal.Values[len(signal.Values)-1]
	if value <= target {
		return want{why: fmt.Sprintf("%v is not above the target %v", value, target)}
	}
	return want{aim: out, to: trackingOut(s, value, target)}
}

// trackingOut is proportional to what runs, which the metric comes from, and adds one task at least. What is wanted and
// does not run yet has no data: counting it would add the same tasks again. AWS does not document what it counts from.
func trackingOut(s *State, value, target float64) int32 {
	base := min(s.base(), max(s.Running, 1))
	return max(needed(base, value, target), base+1)
}

// trackingIn is proportional as well, and goes by the highest of the data points: AWS documents that scaling in is the
// more cautious, and not by how much.
func trackingIn(s *State, p *applicationautoscaling.Policy, values []float64) want {
	target := aws.ToFloat64(p.Tracking.TargetValue)
	switch value := slices.Max(values); {
	case aws.ToBool(p.Tracking.DisableScaleIn):
		return want{why: "the policy does not scale in"}
	case value >= calm*target:
		return want{why: fmt.Sprintf("%v, the highest of %d data points, is not below %v, nine tenths of the target", value, len(values), calm*target)}
	default:
		return want{aim: in, to: min(needed(s.Desired, value, target), s.Desired)}
	}
}

// needed is how many tasks bring a metric to its target, if so many have it at a value.
func needed(capacity int32, value, target float64) int32 {
	const rounding = 1e-9 // of the division: 3 × 10 / 30 is 1
	return count(math.Ceil(float64(capacity)*value/target - rounding))
}
