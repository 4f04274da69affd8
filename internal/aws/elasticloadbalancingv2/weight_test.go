package elasticloadbalancingv2_test

import (
	"maps"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// A rule that forwards to one group forwards to both once traffic is to shift. What else it says
// stays.
func TestWeightsOfARuleWithOneGroup(t *testing.T) {
	update(t, func(tx *store.Tx, s *scene) {
		sticky := &types.TargetGroupStickinessConfig{Enabled: aws.Bool(true), DurationSeconds: aws.Int32(60)}
		actions := forward(s.blue.ARN)
		actions[0].TargetGroupArn, actions[0].ForwardConfig.TargetGroupStickinessConfig = &s.blue.ARN, sticky
		rule := &elbv2.Rule{
			ARN: elbv2.NewRuleARN(s.listener.ARN), Listener: s.listener.ARN, LoadBalancer: s.balancer.ARN, Priority: 1, Actions: actions,
			Conditions: []types.RuleCondition{{Field: aws.String("path-pattern"), Values: []string{"/a"}}},
		}
		elbv2.PutRule(tx, rule)
		scalar := *s.listener
		scalar.Actions = []types.Action{{Type: types.ActionTypeEnumForward, TargetGroupArn: &s.blue.ARN}}
		elbv2.PutListener(tx, &scalar)
		for _, arn := range []string{rule.ARN, s.listener.ARN, s.listener.DefaultRule} {
			if err := elbv2.SetWeights(tx, arn, elbv2.Weights{s.blue.ARN: 950, s.green.ARN: 50}); err != nil {
				t.Fatal(err)
			}
			balancer, weights := elbv2.Forwarding(tx, arn)
			if balancer != s.balancer.ARN || !maps.Equal(weights, elbv2.Weights{s.blue.ARN: 950, s.green.ARN: 50}) {
				t.Errorf("%s is on %s and forwards by %v", arn, balancer, weights)
			}
			if used := elbv2.InUse(tx, s.green.ARN); len(used) != 1 {
				t.Errorf("the other group is in use by %v", used)
			}
		}
		if again := elbv2.FindRule(tx, rule.ARN); again.Actions[0].TargetGroupArn != nil ||
			again.Actions[0].ForwardConfig.TargetGroupStickinessConfig != sticky || len(again.Conditions) != 1 {
			t.Errorf("the rule is %+v", again)
		}
	})
}

func TestRulesThatForwardNothing(t *testing.T) {
	update(t, func(tx *store.Tx, s *scene) {
		rule := &elbv2.Rule{
			ARN: elbv2.NewRuleARN(s.listener.ARN), Listener: s.listener.ARN, LoadBalancer: s.balancer.ARN, Priority: 1,
			Actions: []types.Action{{Type: types.ActionTypeEnumFixedResponse}},
		}
		elbv2.PutRule(tx, rule)
		for _, arn := range []string{rule.ARN, s.listener.ARN + "/gone", ""} {
			if _, weights := elbv2.Forwarding(tx, arn); weights != nil {
				t.Errorf("%q forwards by %v", arn, weights)
			}
			if err := elbv2.SetWeights(tx, arn, elbv2.Weights{s.blue.ARN: 1}); err == nil {
				t.Errorf("%q takes weights", arn)
			}
		}
	})
}
