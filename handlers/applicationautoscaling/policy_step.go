package applicationautoscaling

import (
	"cmp"
	"math"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/applicationautoscaling/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// changedStep is the configuration of step scaling after a request. The adjustment type and the steps stay as they are
// unless the request has them; all else is as the request says, so what it leaves out goes (AAS0003.4).
func changedStep(was, asked *types.StepScalingPolicyConfiguration) (*types.StepScalingPolicyConfiguration, error) {
	switch {
	case asked == nil && was == nil: // AAS0006.1
		return nil, invalid("StepScaling policy configuration must be specified")
	case asked == nil:
		return was, nil
	}
	made := *asked
	if was != nil {
		made.AdjustmentType = cmp.Or(asked.AdjustmentType, was.AdjustmentType)
		if asked.StepAdjustments == nil {
			made.StepAdjustments = was.StepAdjustments
		}
	}
	return &made, checkStep(&made)
}

// checkStep refuses a configuration of step scaling, in AWS's words (AAS0006). In which order AWS looks has not been seen.
func checkStep(c *types.StepScalingPolicyConfiguration) error {
	switch {
	case c.AdjustmentType == "":
		return invalid("Adjustment type must be specified")
	case len(c.StepAdjustments) == 0:
		return invalid("There must be at least one step adjustment")
	case c.MinAdjustmentMagnitude != nil && c.AdjustmentType != types.AdjustmentTypePercentChangeInCapacity:
		return invalid("Minimum adjustment magnitude is only allowed for adjustment type PercentChangeInCapacity")
	case aws.ToInt32(c.Cooldown) < 0:
		return errCooldown
	case len(c.StepAdjustments) > mostStepAdjustments:
		return tooMany("step adjustments", mostStepAdjustments, "scaling policy")
	}
	if err := checkIntervals(c.StepAdjustments); err != nil {
		return err
	}
	below0 := func(s types.StepAdjustment) bool { return aws.ToInt32(s.ScalingAdjustment) < 0 }
	if c.AdjustmentType == types.AdjustmentTypeExactCapacity && slices.ContainsFunc(c.StepAdjustments, below0) { // AAS0012.1
		return invalid("Scaling adjustment cannot be less than 0 when adjustment type is ExactCapacity")
	}
	return nil
}

var errCooldown = invalid("Cooldown must be nonnegative")

// interval is what a step adjustment is for: differences to the threshold.
type interval struct{ from, to float64 }

// checkIntervals refuses steps that overlap, leave gaps or have bounds that do not fit (AAS0006, AAS0012).
func checkIntervals(steps []types.StepAdjustment) error {
	var all []interval
	openBelow, openAbove := 0, 0
	for _, s := range steps {
		i := interval{math.Inf(-1), math.Inf(1)}
		if s.MetricIntervalLowerBound == nil {
			openBelow++
		} else {
			i.from = *s.MetricIntervalLowerBound
		}
		if s.MetricIntervalUpperBound == nil {
			openAbove++
		} else {
			i.to = *s.MetricIntervalUpperBound
		}
		switch {
		case s.MetricIntervalLowerBound == nil && s.MetricIntervalUpperBound == nil:
			return invalid("Both lower and upper bounds of a step adjustment cannot be left unspecified")
		case !(i.from < i.to): // also of NaN
			return invalid("Lower bound must be less than upper bound for a step adjustment")
		case openBelow > 1:
			return invalid("At most one step adjustment may have an unspecified lower bound")
		case openAbove > 1:
			return invalid("At most one step adjustment may have an unspecified upper bound")
		}
		all = append(all, i)
	}
	sorting.By(all, func(a, b interval) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to)) })
	for n := 1; n < len(all); n++ {
		switch before := all[n-1].to; {
		case before > all[n].from:
			return invalid("Step adjustment intervals cannot overlap")
		case before < all[n].from:
			return invalid("Step adjustment intervals cannot have gaps between them")
		}
	}
	switch first, last := all[0].from, all[len(all)-1].to; {
	case first < 0 && !math.IsInf(first, -1):
		return invalid("There must be a step adjustment with an unspecified lower bound when one step adjustment has a negative lower bound")
	case last > 0 && !math.IsInf(last, 1):
		return invalid("There must be a step adjustment with an unspecified upper bound when one step adjustment has a positive upper bound")
	}
	return nil
}
