package decision

import (
	"math"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/applicationautoscaling/types"
)

// aim is where a policy wants to go.
type aim int

const (
	nowhere aim = iota
	out
	in
)

// want is what a policy wants, before the bounds of the target and cool-downs hold it.
type want struct {
	aim aim
	to  int32
	why string // it wants nothing
}

// wantOf is what a signal asks for.
func wantOf(s *State, signal *Signal) want {
	switch p := signal.Policy; {
	case len(signal.Values) == 0:
		return want{why: noData}
	case p.Type == types.PolicyTypeStepScaling && p.Step != nil:
		return stepWant(s, signal)
	case p.Type == types.PolicyTypeTargetTrackingScaling && p.Tracking != nil:
		return trackingWant(s, signal)
	}
	return want{why: "the policy has no configuration"}
}

const noData = "its metric has no data"

// count is a number of tasks, however large what it comes from.
func count(n float64) int32 {
	switch {
	case math.IsNaN(n) || n <= 0:
		return 0
	case n >= math.MaxInt32:
		return math.MaxInt32
	}
	return int32(n)
}
