package decision

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/applicationautoscaling/types"
)

var now = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func tracking(name string, target float64, options ...func(*types.TargetTrackingScalingPolicyConfiguration)) *applicationautoscaling.Policy {
	cfg := &types.TargetTrackingScalingPolicyConfiguration{TargetValue: &target}
	for _, option := range options {
		option(cfg)
	}
	return &applicationautoscaling.Policy{Name: name, Type: types.PolicyTypeTargetTrackingScaling, Tracking: cfg}
}

// steps makes a policy of "lower:upper:adjustment" of which either bound may be empty.
func steps(kind types.AdjustmentType, adjustments ...string) *applicationautoscaling.Policy {
	cfg := &types.StepScalingPolicyConfiguration{AdjustmentType: kind}
	for _, text := range adjustments {
		var lower, upper float64
		var by int32
		step := types.StepAdjustment{ScalingAdjustment: &by}
		switch {
		case text[0] == ':':
			scan(text, ":%g:%d", &upper, &by)
			step.MetricIntervalUpperBound = &upper
		case scan(text, "%g::%d", &lower, &by):
			step.MetricIntervalLowerBound = &lower
		default:
			scan(text, "%g:%g:%d", &lower, &upper, &by)
			step.MetricIntervalLowerBound, step.MetricIntervalUpperBound = &lower, &upper
		}
		cfg.StepAdjustments = append(cfg.StepAdjustments, step)
	}
	return &applicationautoscaling.Policy{Name: "step", Type: types.PolicyTypeStepScaling, Step: cfg}
}

func scan(text, format string, into ...any) bool {
	_, err := fmt.Sscanf(text, format, into...)
	return err == nil
}

func (d Decision) String() string {
	switch {
	case d.Change != nil:
		return fmt.Sprintf("%d to %d", d.Change.From, d.Change.To)
	case d.NotScaled != nil:
		return *d.NotScaled.Code
	}
	return d.Held
}

// run is a state in which all tasks run, between 1 and 10.
func run(desired int32) State {
	return State{Now: now, Min: 1, Max: 10, Desired: desired, Running: desired}
}

func with(s State, changes ...func(*State)) State {
	for _, change := range changes {
		change(&s)
	}
	return s
}

const percentChange = types.AdjustmentTypePercentChangeInCapacity

// Steps, and how percentages are rounded. Source: Application Auto Scaling user guide, step scaling.
func TestStepScaling(t *testing.T) {
	out := steps(types.AdjustmentTypeChangeInCapacity, "0:10:1", "10:20:2", "20::4")
	less := steps(types.AdjustmentTypeChangeInCapacity, "-10:0:-1", ":-10:-2")
	magnitude := steps(percentChange, "0::10")
	magnitude.Step.MinAdjustmentMagnitude = aws.Int32(3)
	maximum := steps(types.AdjustmentTypeChangeInCapacity, "0:10:1", "10::5")
	maximum.Step.MetricAggregationType = types.MetricAggregationTypeMaximum
	for _, c := range []struct {
		name    string
		desired int32
		policy  *applicationautoscaling.Policy
		below   bool
		values  []float64
		want    string
	}{
		{"the lower bound belongs to a step", 2, out, false, []float64{60}, "2 to 4"},
		{"the upper bound does not", 2, out, false, []float64{59.9}, "2 to 3"},
		{"without an upper bound", 2, out, false, []float64{500}, "2 to 6"},
		{"at the threshold", 2, out, false, []float64{50}, "2 to 3"},
		{"below it no step is", 2, out, false, []float64{49}, "no step is for -1 from the threshold"},
		{"below the threshold the upper bound belongs to a step", 5, less, true, []float64{40}, "5 to 3"},
		{"and the lower one does not", 5, less, true, []float64{40.1}, "5 to 4"},
		{"at the threshold of a low alarm", 5, less, true, []float64{50}, "5 to 4"},
		{"the average counts", 2, out, false, []float64{50, 70}, "2 to 4"},
		{"or the maximum", 2, maximum, false, []float64{50, 70}, "2 to 7"},
		{"6.3 tasks are 6", 9, steps(percentChange, "0::70"), false, []float64{60}, "9 to 10"},
		{"1.4 tasks are 1", 2, steps(percentChange, "0::70"), false, []float64{60}, "2 to 3"},
		{"0.67 tasks are 1", 1, steps(percentChange, "0::67"), false, []float64{60}, "1 to 2"},
		{"-0.58 tasks are -1", 2, steps(percentChange, ":0:-29"), true, []float64{40}, "2 to 1"},
		{"-6.67 tasks are -6", 10, steps(percentChange, ":0:-66"), true, []float64{40}, "10 to 4"},
		{"as many as are asked for at least", 5, magnitude, false, []float64{60}, "5 to 8"},
		{"an exact count", 5, steps(types.AdjustmentTypeExactCapacity, "0::7"), false, []float64{60}, "5 to 7"},
		{"an exact count below", 5, steps(types.AdjustmentTypeExactCapacity, ":0:2"), true, []float64{40}, "5 to 2"},
		{"the same count", 5, steps(types.AdjustmentTypeExactCapacity, "0::5"), false, []float64{60}, AtDesired},
		{"no change", 5, steps(types.AdjustmentTypeChangeInCapacity, "0::0"), false, []float64{60}, AtDesired},
		{"no more than the maximum", 9, out, false, []float64{90}, "9 to 10"},
		{"at the maximum", 10, out, false, []float64{90}, AtMax},
		{"at the minimum", 1, less, true, []float64{20}, AtMin},
		{"without data", 2, out, false, nil, "its metric has no data"},
	} {
		d := Decide(run(c.desired), []Signal{{Policy: c.policy, Threshold: 50, Below: c.below, Values: c.values}}, nil)
		if d.String() != c.want {
			t.Errorf("%s: %v, want %s", c.name, d, c.want)
		}
	}
}

func TestTargetTracking(t *testing.T) {
	cpu := tracking("cpu", 30)
	noIn := tracking("cpu", 30, func(c *types.TargetTrackingScalingPolicyConfiguration) { c.DisableScaleIn = aws.Bool(true) })
	last := func(l Last) func(*State) { return func(s *State) { s.Last = l } }
	for _, c := range []struct {
		name   string
		state  State
		policy *applicationautoscaling.Policy
		below  bool
		values []float64
		want   string
	}{
		{"in proportion", run(1), cpu, false, []float64{90}, "1 to 3"},
		{"by the newest value", run(1), cpu, false, []float64{300, 31}, "1 to 2"},
		{"no more than the maximum", run(2), cpu, false, []float64{900}, "2 to 10"},
		{"at the maximum", run(10), cpu, false, []float64{90}, AtMax},
		{"at the target", run(3), cpu, false, []float64{30}, "30 is not above the target 30"},
		{"a task at least", run(0), cpu, false, []float64{90}, "0 to 1"},
		{"what does not run is no base", with(run(4), func(s *State) { s.Running = 1 }), cpu, false, []float64{90}, "tasks that are to run do not run yet"},
		{"in, by the highest value", run(3), cpu, true, []float64{20, 1, 1}, "3 to 2"},
		{"in at once", run(3), cpu, true, []float64{1, 1}, "3 to 1"},
		{"not by a value at nine tenths", run(3), cpu, true, []float64{27, 1}, "27, the highest of 2 data points, is not below 27, nine tenths of the target"},
		{"not where as many are needed", run(3), cpu, true, []float64{26}, "the load needs 3"},
		{"not at the minimum", run(1), cpu, true, []float64{1}, AtMin},
		{"not if it is disabled", run(3), noIn, true, []float64{1}, "the policy does not scale in"},
		{"not during a deployment", with(run(3), func(s *State) { s.Deploying = true }), cpu, true, []float64{1}, "a deployment is in progress"},
		{"out during a deployment", with(run(1), func(s *State) { s.Deploying = true }), cpu, false, []float64{90}, "1 to 3"},
		{"out is suspended", with(run(1), func(s *State) { s.Suspended.Out = true }), cpu, false, []float64{90}, "scaling out is suspended"},
		{"in is suspended", with(run(3), func(s *State) { s.Suspended.In = true }), cpu, true, []float64{1}, "scaling in is suspended"},
		{"out again during the cool-down", with(run(3), last(Last{To: 3, Out: true, Base: 1, Cool: now.Add(time.Minute)})), cpu, false, []float64{90},
			"the cool-down of a scale-out lasts until 2026-11-20T12:01:00Z; it wants no more than that brings"},
		{"out again while it is under way", with(run(3), last(Last{To: 3, Out: true, Base: 1, Open: true})), cpu, false, []float64{60}, "a scale-out is under way; it wants no more than that brings"},
		{"a larger scale-out during the cool-down", with(run(3), last(Last{To: 3, Out: true, Base: 1, Cool: now.Add(time.Minute)})), cpu, false, []float64{150}, "3 to 5"},
		{"out after the cool-down", with(run(3), last(Last{To: 3, Out: true, Base: 1, Cool: now})), cpu, false, []float64{60}, "3 to 6"},
		{"out after a user changed the count", with(run(4), last(Last{To: 3, Out: true, Base: 1, Cool: now.Add(time.Minute)})), cpu, false, []float64{60}, "4 to 8"},
		{"in during the cool-down of a scale-out", with(run(3), last(Last{To: 3, Out: true, Base: 1, Cool: now.Add(time.Minute)})), cpu, true, []float64{1}, "3 to 1"},
		{"in again during the cool-down", with(run(3), last(Last{To: 3, Cool: now.Add(time.Minute)})), cpu, true, []float64{1}, "the cool-down of a scale-in lasts until 2026-11-20T12:01:00Z"},
		{"out during the cool-down of a scale-in", with(run(1), last(Last{To: 1, Cool: now.Add(time.Minute)})), cpu, false, []float64{90}, "1 to 3"},
		{"without data", run(3), cpu, true, nil, "its metric has no data"},
	} {
		d := Decide(c.state, []Signal{{Policy: c.policy, Threshold: 30, Below: c.below, Values: c.values}}, nil)
		if d.String() != c.want {
			t.Errorf("%s: %v, want %s", c.name, d, c.want)
		}
	}
}

func TestSeveralPolicies(t *testing.T) {
	high := func(name string, value float64) Signal {
		return Signal{Policy: tracking(name, 30), Values: []float64{value}}
	}
	low := func(name string, value float64) Signal {
		return Signal{Policy: tracking(name, 30), Below: true, Values: []float64{value}}
	}
	peer := func(values ...float64) Peer { return Peer{tracking("memory", 30), values} }
	for _, c := range []struct {
		name    string
		signals []Signal
		peers   []Peer
		want    string
	}{
		{"the largest scale-out wins", []Signal{high("cpu", 40), high("memory", 60)}, nil, "4 to 8"},
		{"a scale-out wins over a scale-in", []Signal{low("cpu", 1), high("memory", 60)}, nil, "4 to 8"},
		{"the smallest scale-in wins", []Signal{low("cpu", 1), low("memory", 20)}, []Peer{peer(20)}, "4 to 3"},
		{"all must agree", []Signal{low("cpu", 1)}, []Peer{peer(28)}, "policy memory does not agree: its metric is at 28"},
		{"each to the count", []Signal{low("cpu", 1)}, []Peer{peer(14)}, "4 to 2"},
		{"missing data do not agree", []Signal{low("cpu", 1)}, []Peer{peer()}, "policy memory does not agree: its metric has no data"},
		{"nor do missing ones of the alarm", []Signal{{Policy: tracking("cpu", 30), Below: true}}, nil, "its metric has no data"},
		{"one that does not scale in is not asked", []Signal{low("cpu", 1)}, []Peer{{tracking("memory", 30, func(c *types.TargetTrackingScalingPolicyConfiguration) { c.DisableScaleIn = aws.Bool(true) }), nil}}, "4 to 1"},
		{"steps ask no other policy", []Signal{{Policy: steps(types.AdjustmentTypeChangeInCapacity, ":0:-1"), Threshold: 30, Below: true, Values: []float64{1}}}, []Peer{peer(28)}, "4 to 3"},
		{"no signal", nil, nil, "no alarm asks for a change"},
	} {
		if d := Decide(run(4), c.signals, c.peers); d.String() != c.want {
			t.Errorf("%s: %v, want %s", c.name, d, c.want)
		}
	}
}

// The cool-down of a change is that of its policy, and 300 s without one.
func TestCooldowns(t *testing.T) {
	given := tracking("cpu", 30, func(c *types.TargetTrackingScalingPolicyConfiguration) {
		c.ScaleOutCooldown, c.ScaleInCooldown = aws.Int32(60), aws.Int32(0)
	})
	step := steps(types.AdjustmentTypeChangeInCapacity, "0::1")
	step.Step.Cooldown = aws.Int32(17)
	for _, c := range []struct {
		policy *applicationautoscaling.Policy
		out    bool
		want   time.Duration
	}{
		{given, true, time.Minute}, {given, false, 0}, {tracking("cpu", 30), true, 5 * time.Minute}, {step, true, 17 * time.Second},
	} {
		if got := cooldown(c.policy, c.out); got != c.want {
			t.Errorf("%v, want %v", got, c.want)
		}
	}
}
