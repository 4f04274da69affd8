package shift

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

var noon = time.Unix(1_800_000_000, 0)

// between is a deployment from blue to green, at a stage, in which nothing is missing and all serve. A user who
// deletes a group has led the rules to the other one before.
func between(stage Stage, gone ...string) Situation {
	shown := Weights{"blue": 100, "green": 0}
	if !before(stage, production) {
		shown = Weights{"blue": 0, "green": 100}
	}
	rules := Rules{ByARN: map[string]Rule{}, Gone: map[string]bool{"blue": false, "green": false}}
	for _, what := range gone {
		if _, group := rules.Gone[what]; group {
			rules.Gone[what] = true
			shown = map[string]Weights{"blue": {"green": 1}, "green": {"blue": 1}}[what]
		}
	}
	for _, rule := range []string{"live", "test"} {
		if !slices.Contains(gone, rule) && !slices.Contains(gone, "load balancer") {
			rules.ByARN[rule] = Rule{LoadBalancer: "lb", Weights: shown, Applied: true}
		}
	}
	balancers := []types.LoadBalancer{balancer("test")}
	return Situation{
		Now: noon, StartedAt: noon, Course: Course{Steps: []float64{100}, Bake: time.Hour}, Shift: state.TrafficShift{Stage: stage, Since: noon, Source: "old"},
		Rules: rules, Settled: true,
		Target: Revision{ARN: "new", Deployment: "new", LoadBalancers: balancers, Groups: []string{"green"}, Up: !rules.Gone["green"], Serves: !rules.Gone["green"]},
		Source: Revision{ARN: "old", Deployment: "old", LoadBalancers: balancers, Groups: []string{"blue"}, Up: !rules.Gone["blue"], Serves: !rules.Gone["blue"]},
	}
}

// A role that may not change a rule any more fails a deployment at each stage but the last one.
func TestARoleThatLosesItsPermissionOnTheWay(t *testing.T) {
	for _, stage := range order {
		if stage == reconcile {
			continue // it goes on to PRE_SCALE_UP
		}
		in, role := between(stage), "arn:aws:iam::111122223333:role/shift"
		in.Target.LoadBalancers[0].AdvancedConfiguration.RoleArn = &role
		in.Rules.Refused = map[string]bool{role: true}
		want := roleRefused(role)
		if stage == cleanUp {
			want = ""
		}
		if got := Advance(in); got.Failure != want {
			t.Errorf("at %s it fails because of %q, want %q", stage, got.Failure, want)
		}
	}
}

// What a user deletes is noticed at each stage alike. The old group may go once it has no traffic to keep, the test
// rule once test traffic has shifted, and everything at the last stage.
func TestWhatADeploymentNeedsIsAskedAtEachStage(t *testing.T) {
	for _, stage := range order {
		for what, want := range map[string]string{
			"green": groupGone("green"), "blue": groupGone("blue"), "live": rulesNotFound, "test": rulesNotFound, "load balancer": rulesNotFound,
		} {
			in := between(stage, what)
			if before(stage, scaleUp) {
				in.Target.Groups = nil // they are chosen at PRE_SCALE_UP
			}
			switch {
			case stage == cleanUp, what == "blue" && !before(stage, production), what == "test" && before(testShift, stage):
				want = ""
			case stage == reconcile && in.Rules.Gone[what]:
				continue // it goes on to PRE_SCALE_UP
			}
			if got := Advance(in); got.Failure != want {
				t.Errorf("at %s without %s: %q, want %q", stage, what, got.Failure, want)
			}
		}
	}
}

// On the way back traffic stays where it is if the old group is gone, and is led to that alone if the new one is.
func TestWhatAUserDeletesOnTheWayBack(t *testing.T) {
	for _, from := range []Stage{testShift, production, bakeTime} {
		for what, want := range map[string]struct {
			failure string
			blue    int32 // its weight at last
			stage   Stage
		}{
			"blue":          {wayBackGone("blue"), 0, testShift},
			"green":         {"", 100, cleanUp},
			"load balancer": {"", 0, cleanUp},
		} {
			in := between(bakeTime, what)
			in.Shift = *TurnBack(state.TrafficShift{Stage: from, Since: noon, Source: "old"}, noon)
			got := carryOn(&in)
			if got.Failure != want.failure || got.Shift.Stage != want.stage || in.Rules.ByARN["test"].Weights["blue"] != want.blue {
				t.Errorf("back from %s without %s: %q at %s, %v", from, what, got.Failure, got.Shift.Stage, in.Rules.ByARN["test"].Weights)
			}
		}
	}
}

// carryOn does what a deployment wants of the rules until it wants no more of them. It names no group that is gone:
// that would be refused.
func carryOn(in *Situation) Result {
	for {
		result := Advance(*in)
		in.Shift, in.Hooks = result.Shift, result.Hooks
		if len(result.Weights) == 0 {
			return result
		}
		for _, l := range result.Weights {
			rule := in.Rules.ByARN[l.Rule]
			rule.Weights = maps.Clone(rule.Weights)
			for group, w := range l.Weights {
				if rule.Weights == nil || in.Rules.Gone[group] {
					return Result{Failure: "refused: " + group}
				}
				rule.Weights[group] = w
			}
			in.Rules.ByARN[l.Rule] = rule
		}
	}
}
