package decision

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"pgregory.net/rapid"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/applicationautoscaling/types"
)

var (
	counts  = rapid.Int32Range(0, 40)
	targets = rapid.Float64Range(0.1, 500)
	values  = rapid.SliceOfN(rapid.OneOf(rapid.Float64Range(0, 1000), rapid.Float64()), 0, 4)
)

func drawState(t *rapid.T) State {
	s := State{Now: now, Min: counts.Draw(t, "min"), Desired: counts.Draw(t, "desired"), Running: counts.Draw(t, "running"), Deploying: rapid.Bool().Draw(t, "deploying")}
	s.Max = s.Min + counts.Draw(t, "max over min")
	s.Suspended = applicationautoscaling.Suspended{In: rapid.Bool().Draw(t, "in suspended"), Out: rapid.Bool().Draw(t, "out suspended")}
	s.Last = Last{
		To: rapid.SampledFrom([]int32{s.Desired, counts.Draw(t, "to")}).Draw(t, "last"), Out: rapid.Bool().Draw(t, "out"), Open: rapid.Bool().Draw(t, "open"),
		Base: rapid.Int32Range(0, s.Desired).Draw(t, "base"), Cool: now.Add(time.Duration(rapid.IntRange(-5, 5).Draw(t, "cool")) * time.Minute),
	}
	return s
}

func drawPolicy(t *rapid.T, name string) *applicationautoscaling.Policy {
	if rapid.Bool().Draw(t, name+" is tracking") {
		return tracking(name, targets.Draw(t, "target"), func(c *types.TargetTrackingScalingPolicyConfiguration) {
			c.DisableScaleIn = aws.Bool(rapid.IntRange(0, 3).Draw(t, "disabled") == 0)
		})
	}
	kind := rapid.SampledFrom(types.AdjustmentType("").Values()).Draw(t, "kind")
	p := steps(kind, ":-10:0", "-10:10:0", "10::0")
	p.Name = name
	for n := range p.Step.StepAdjustments {
		by := rapid.Int32Range(-200, 200).Draw(t, "by")
		if kind == types.AdjustmentTypeExactCapacity {
			by = counts.Draw(t, "exact")
		}
		p.Step.StepAdjustments[n].ScalingAdjustment = &by
	}
	return p
}

func drawSignals(t *rapid.T) (signals []Signal) {
	for n := range rapid.IntRange(0, 3).Draw(t, "signals") {
		signals = append(signals, Signal{
			Policy: drawPolicy(t, string(rune('a'+n))), Threshold: targets.Draw(t, "threshold"), Below: rapid.Bool().Draw(t, "below"), Values: values.Draw(t, "values"),
		})
	}
	return signals
}

// A change stays within the bounds, obeys what is suspended, and is one.
func TestPropertyOneChangeWithinBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, signals := drawState(t), drawSignals(t)
		var peers []Peer
		if rapid.Bool().Draw(t, "peer") {
			peers = []Peer{{tracking("peer", targets.Draw(t, "target of the peer")), values.Draw(t, "values of the peer")}}
		}
		d := Decide(s, signals, peers)
		switch c := d.Change; {
		case c == nil && d.Held == "":
			t.Fatal("nothing changes for no reason")
		case c == nil:
		case c.To < s.Min || c.To > s.Max || c.From != s.Desired || c.To == c.From:
			t.Fatalf("%d to %d, between %d and %d", c.From, c.To, s.Min, s.Max)
		case c.To > c.From && s.Suspended.Out || c.To <= c.From && (s.Suspended.In || s.Deploying):
			t.Fatalf("%d to %d, though %+v, deploying %t", c.From, c.To, s.Suspended, s.Deploying)
		case c.To > c.From && c.Base > c.From:
			t.Fatalf("out from %d with the base %d", c.From, c.Base)
		case c.To <= c.From:
			for n := range signals {
				if wantOf(&s, &signals[n]).aim == out {
					t.Fatal("in, while a policy wants out")
				}
			}
		}
	})
}

// The cool-down of a scale-in blocks no scale-out, and without data nothing goes in.
func TestPropertyScaleInBlocksNoScaleOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, signals := drawState(t), drawSignals(t)
		s.Last.Out = false
		free := s
		free.Last = Last{}
		with, without := Decide(s, signals, nil), Decide(free, signals, nil)
		if without.Change != nil && without.Change.To > without.Change.From && (with.Change == nil || *with.Change != *without.Change) {
			t.Fatalf("%v, and without the cool-down %v", with, without)
		}
		for n := range signals {
			signals[n].Values = nil
		}
		if d := Decide(s, signals, nil); d.Change != nil {
			t.Fatalf("%v without data", d)
		}
	})
}

// signalOf is the alarm that a load raises, if it does.
func signalOf(p *applicationautoscaling.Policy, value float64) []Signal {
	target := *p.Tracking.TargetValue
	switch {
	case value > target:
		return []Signal{{Policy: p, Values: []float64{value}}}
	case value < calm*target:
		return []Signal{{Policy: p, Below: true, Values: []float64{value}}}
	}
	return nil
}

// The same load on a service comes to rest after one change, with as many tasks as it needs.
func TestPropertyConstantLoadComesToRest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, load := tracking("cpu", targets.Draw(t, "target")), rapid.Float64Range(0, 5000).Draw(t, "load")
		s := State{Now: now, Min: max(1, counts.Draw(t, "min")), Desired: max(1, counts.Draw(t, "desired"))}
		s.Max = s.Min + counts.Draw(t, "max over min")
		for range 2 {
			s.Running = s.Desired
			if d := Decide(s, signalOf(p, load/float64(s.Desired)), nil); d.Change != nil {
				s.Desired = d.Change.To
			}
		}
		s.Running = s.Desired
		if d := Decide(s, signalOf(p, load/float64(s.Desired)), nil); d.Change != nil {
			t.Fatalf("%v after two changes", d)
		}
		if average := load / float64(s.Desired); s.Desired < s.Max && average > *p.Tracking.TargetValue*(1+1e-6) {
			t.Fatalf("at rest with %v for each of %d tasks", average, s.Desired)
		}
	})
}

// More load never wants fewer tasks, also while one direction is suspended or cools down.
func TestPropertyMoreLoadWantsNoFewer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, p := drawState(t), tracking("cpu", targets.Draw(t, "target"))
		less := rapid.Float64Range(0, 1000).Draw(t, "less")
		more := less + rapid.Float64Range(0, 1000).Draw(t, "more")
		a, b := Decide(s, signalOf(p, less), nil), Decide(s, signalOf(p, more), nil)
		if a.to(s.Desired) > b.to(s.Desired) {
			t.Fatalf("%v wants %d, and %v wants %d", less, a.to(s.Desired), more, b.to(s.Desired))
		}
	})
}
