package decision

import (
	"fmt"
	"math"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/applicationautoscaling/types"
)

// stepWant is what a step scaling policy wants.
func stepWant(s *State, signal *Signal) want {
	cfg := signal.Policy.Step
	breach := aggregate(signal.Values, cfg.MetricAggregationType) - signal.Threshold
	step := stepFor(cfg.StepAdjustments, breach, signal.Below)
	if step == nil {
		return want{why: fmt.Sprintf("no step is for %v from the threshold", breach)}
	}
	by := aws.ToInt32(step.ScalingAdjustment)
	if cfg.AdjustmentType == types.AdjustmentTypeExactCapacity {
		return towards(s.Desired, by)
	}
	base, aim := s.Desired, nowhere
	switch {
	case by > 0:
		base, aim = s.base(), out
	case by < 0:
		aim = in
	}
	change := float64(by)
	if cfg.AdjustmentType == types.AdjustmentTypePercentChangeInCapacity {
		change = percent(base, by, aws.ToInt32(cfg.MinAdjustmentMagnitude))
	}
	return want{aim: aim, to: count(float64(base) + change)}
}

func towards(desired, to int32) want {
	switch {
	case to > desired:
		return want{aim: out, to: to}
	case to < desired:
		return want{aim: in, to: to}
	}
	return want{to: to}
}

// aggregate makes one value of data points: their average, unless a policy says otherwise.
// Source: Application Auto Scaling user guide, step scaling policies; API reference.
func aggregate(values []float64, kind types.MetricAggregationType) float64 {
	switch kind {
	case types.MetricAggregationTypeMinimum:
		return slices.Min(values)
	case types.MetricAggregationTypeMaximum:
		return slices.Max(values)
	}
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}

// stepFor is the step whose interval has a distance from the threshold, or nil. Above the threshold the lower bound
// belongs to the interval, and below it the upper one. Source: Application Auto Scaling user guide, step adjustments.
func stepFor(steps []types.StepAdjustment, breach float64, below bool) *types.StepAdjustment {
	below = breach < 0 || breach == 0 && below
	for n := range steps {
		lower, upper := math.Inf(-1), math.Inf(1)
		if given := steps[n].MetricIntervalLowerBound; given != nil {
			lower = *given
		}
		if given := steps[n].MetricIntervalUpperBound; given != nil {
			upper = *given
		}
		if below && lower < breach && breach <= upper || !below && lower <= breach && breach < upper {
			return &steps[n]
		}
	}
	return nil
}

// percent is a share of a capacity: toward zero, but one task at least if there is any, and at least the magnitude that
// a policy asks for. Source: Application Auto Scaling user guide, scaling adjustment types.
func percent(capacity, by, magnitude int32) float64 {
	exact := float64(capacity) * float64(by) / 100
	size := math.Abs(exact)
	if size > 1 {
		size = math.Floor(size)
	} else if size > 0 {
		size = 1
	}
	return math.Copysign(max(size, float64(magnitude)), float64(by))
}
