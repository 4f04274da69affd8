package shift

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Traffic goes to where tasks are. Those of both revisions are in one group where a user has led traffic to
// the other one, which has no targets, before the deployment.
func TestTrafficGoesToNoGroupWithoutTasks(t *testing.T) {
	balancers := []types.LoadBalancer{{
		TargetGroupArn: aws.String("a"),
		AdvancedConfiguration: &types.AdvancedConfiguration{
			AlternateTargetGroupArn: aws.String("b"), ProductionListenerRule: aws.String("live"),
		},
	}}
	forward := state.TrafficShift{Stage: production, Since: time.Unix(1, 0)}
	for _, c := range []struct {
		what, blue string
		shift      state.TrafficShift
		want       Weights
	}{
		{"forward", "a", forward, Weights{"a": 600, "b": 400}},
		{"forward in one group", "b", forward, Weights{"a": 0, "b": 100}},
		{"back", "a", *TurnBack(forward, time.Unix(1, 0)), Weights{"a": 100, "b": 0}},
		{"back in one group", "b", *TurnBack(forward, time.Unix(1, 0)), Weights{"a": 0, "b": 100}},
	} {
		got := Advance(Situation{
			Now: time.Unix(1, 0), StartedAt: time.Unix(0, 0), Course: Course{Steps: []float64{40, 100}}, Shift: c.shift,
			Rules:  Rules{ByARN: map[string]Rule{"live": {LoadBalancer: "lb", Weights: Weights{"a": 50, "b": 50}, Applied: true}}},
			Target: Revision{ARN: "green", LoadBalancers: balancers, Groups: []string{"b"}, Up: true, Serves: true},
			Source: Revision{ARN: "blue", LoadBalancers: balancers, Groups: []string{c.blue}, Up: true, Serves: true},
		})
		if diff := cmp.Diff([]Led{{"live", c.want}}, got.Weights); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", c.what, diff)
		}
	}
}
