package shift

import (
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

func balancer(test string) types.LoadBalancer {
	b := types.LoadBalancer{TargetGroupArn: aws.String("blue"), AdvancedConfiguration: &types.AdvancedConfiguration{
		AlternateTargetGroupArn: aws.String("green"), ProductionListenerRule: aws.String("live"),
	}}
	if test != "" {
		b.AdvancedConfiguration.TestListenerRule = &test
	}
	return b
}

func TestTheGroupWithoutTraffic(t *testing.T) {
	for _, c := range []struct {
		live, test Weights
		want       string
		refused    string
	}{
		{live: Weights{"blue": 1, "green": 0}, want: "green"},
		{live: Weights{"blue": 0, "green": 100}, want: "blue"},
		{live: Weights{"blue": 1}, test: Weights{"green": 1}, want: "green"},
		{live: Weights{"green": 1}, test: Weights{"blue": 1}, want: "blue"},
		{live: Weights{"blue": 1}, test: Weights{"blue": 1}, refused: groupUnattached("green")},
		{live: Weights{"blue": 950, "green": 50}, refused: notOneGroup("live", 2)},
		{live: Weights{"blue": 0, "green": 0}, refused: notOneGroup("live", 0)},
		{live: Weights{"blue": 1, "other": 1}, refused: unexpectedGroup("other", "blue", "green")},
		{live: Weights{"blue": 1, "green": 0, "other": 0}, want: "green"},
		{refused: rulesNotFound},
	} {
		rules := Rules{ByARN: map[string]Rule{"live": {Weights: c.live}, "test": {Weights: c.test}}}
		test := ""
		if c.test != nil {
			test = "test"
		}
		groups, refusal := Resolve([]types.LoadBalancer{balancer(test)}, rules)
		if refusal != c.refused || c.want != "" && !slices.Equal(groups, []string{c.want}) {
			t.Errorf("%v, %v: %v, %q; want %s, %q", c.live, c.test, groups, refusal, c.want, c.refused)
		}
	}
	strict := Rules{Refused: map[string]bool{"role": true}}
	of := balancer("")
	of.AdvancedConfiguration.RoleArn = aws.String("role")
	if _, refusal := Resolve([]types.LoadBalancer{of}, strict); refusal != roleRefused("role") {
		t.Errorf("%q", refusal)
	}
	gone := Rules{ByARN: map[string]Rule{"live": {Weights: Weights{"blue": 1}}}, Gone: map[string]bool{"green": true}}
	if _, refusal := Resolve([]types.LoadBalancer{balancer("")}, gone); refusal != groupGone("green") {
		t.Errorf("%q", refusal)
	}
}

func TestARollingUpdateGoesWhereTrafficIs(t *testing.T) {
	for _, c := range []struct {
		live   Weights
		serves []string
		want   string
		led    int
		gone   string
	}{
		{Weights{"blue": 1, "green": 0}, nil, "blue", 0, ""},
		{Weights{"blue": 0, "green": 100}, []string{"blue"}, "green", 0, ""},
		{Weights{"blue": 50, "green": 950}, []string{"green"}, "green", 1, ""},
		{Weights{"blue": 50, "green": 950}, []string{"blue"}, "blue", 1, ""},
		{Weights{"blue": 0, "green": 0}, []string{"green"}, "green", 0, ""},
		{nil, nil, "blue", 0, ""},
		{nil, nil, "green", 0, "blue"},
	} {
		rules := Rules{ByARN: map[string]Rule{"live": {Weights: c.live}}, Gone: map[string]bool{c.gone: true}}
		groups, led := Join([]types.LoadBalancer{balancer("")}, rules, Revision{Groups: c.serves})
		if groups[0] != c.want || len(led) != c.led {
			t.Errorf("%v: %v, %v; want %s, %d", c, groups, led, c.want, c.led)
		}
		if len(led) > 0 && led[0].Weights[c.want] != 100 {
			t.Errorf("weights are to be %v", led)
		}
	}
}
