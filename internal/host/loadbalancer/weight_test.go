package loadbalancer

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/backend"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// The weights of a rule, of a default rule and of the default action of a network load balancer's
// listener are set in one way, and each is said to be in effect when the balancer has it.
func TestWeightsAreInEffectWhenTheBalancerHasThem(t *testing.T) {
	withController(t, Delays{}, func(s *balancedScene) {
		green := *s.group
		green.ARN += "-green"
		forward := []elb.Action{{Type: elb.ActionTypeEnumForward, ForwardConfig: &elb.ForwardActionConfig{TargetGroups: []elb.TargetGroupTuple{
			{TargetGroupArn: &s.group.ARN, Weight: aws.Int32(100)}, {TargetGroupArn: &green.ARN, Weight: aws.Int32(0)},
		}}}}
		rule := &elbv2.Rule{ARN: elbv2.NewRuleARN(s.listener.ARN), Listener: s.listener.ARN, LoadBalancer: s.listener.LoadBalancer, Priority: 1, Actions: forward}
		s.update(func(tx *store.Tx) {
			elbv2.PutTargetGroup(tx, &green)
			listener := *s.listener
			listener.DefaultRule, listener.Actions = elbv2.NewRuleARN(listener.ARN), forward
			elbv2.PutListener(tx, &listener)
			elbv2.PutRule(tx, rule)
			s.listener = &listener
		})
		synctest.Wait()
		for _, arn := range []string{rule.ARN, s.listener.DefaultRule, s.listener.ARN} {
			s.shift(arn, s.group.ARN, green.ARN)
		}
		s.update(func(tx *store.Tx) {
			row := *s.row()
			row.Type = elb.LoadBalancerTypeEnumNetwork
			elbv2.PutLoadBalancer(tx, &row)
		})
		synctest.Wait()
		s.shift(s.listener.ARN, s.group.ARN, green.ARN)
		for what, want := range map[string]struct {
			arn     string
			weights elbv2.Weights
		}{
			"no such rule":    {s.listener.ARN + "/0", elbv2.Weights{green.ARN: 1}},
			"no target group": {rule.ARN, elbv2.Weights{"other": 1}},
			"is not 0 to 999": {rule.ARN, elbv2.Weights{green.ARN: 1000}},
		} {
			s.update(func(tx *store.Tx) {
				if err := elbv2.SetWeights(tx, want.arn, want.weights); err == nil || !strings.Contains(err.Error(), what) {
					t.Errorf("want an error with %q, got %v", what, err)
				}
			})
		}
		s.update(func(tx *store.Tx) { elbv2.DeleteLoadBalancer(tx, s.row()) })
		synctest.Wait()
		if elbv2.Applied(s.store.Read(), s.listener.ARN) {
			t.Error("weights of a load balancer that is gone are in effect")
		}
	})
}

// A network load balancer has new weights in effect when its kernel goes by them.
func TestWeightsAreInEffectWhenTheKernelHasThem(t *testing.T) {
	withController(t, Delays{}, func(s *balancedScene) {
		green := *s.group
		green.ARN += "-green"
		s.update(func(tx *store.Tx) { elbv2.PutTargetGroup(tx, &green) })
		synctest.Wait()
		gate := make(chan struct{})
		s.engine.settlesAfter(gate)
		s.update(func(tx *store.Tx) {
			if err := elbv2.SetWeights(tx, s.listener.ARN, elbv2.Weights{s.group.ARN: 0, green.ARN: 100}); err != nil {
				t.Fatal(err)
			}
		})
		synctest.Wait()
		if elbv2.Applied(s.store.Read(), s.listener.ARN) {
			t.Error("weights are in effect before the kernel has them")
		}
		close(gate)
		synctest.Wait()
		if !elbv2.Applied(s.store.Read(), s.listener.ARN) {
			t.Error("weights are not in effect when the kernel has them")
		}
	})
}

// shift leads everything from one group to another while the engine is away, and back.
func (s *balancedScene) shift(arn, blue, green string) {
	s.Helper()
	if !elbv2.Applied(s.store.Read(), arn) {
		s.Fatalf("the weights of %s are not in effect at first", arn)
	}
	s.engine.refuse(backend.ErrUnavailable)
	s.update(func(tx *store.Tx) {
		if err := elbv2.SetWeights(tx, arn, elbv2.Weights{blue: 0, green: 100}); err != nil {
			s.Error(err)
		}
	})
	synctest.Wait()
	if elbv2.Applied(s.store.Read(), arn) {
		s.Errorf("weights of %s are in effect before the balancer has them", arn)
	}
	s.engine.refuse(nil)
	s.controller.Wake(s.listener.LoadBalancer)
	synctest.Wait()
	if !elbv2.Applied(s.store.Read(), arn) {
		s.Errorf("weights of %s are not in effect when the balancer has them", arn)
	}
	if r := elbv2.FindRule(s.store.Read(), arn); r != nil && *r.Actions[0].ForwardConfig.TargetGroups[1].Weight != 100 {
		s.Errorf("the rule has %+v", r.Actions)
	}
	s.update(func(tx *store.Tx) {
		if err := elbv2.SetWeights(tx, arn, elbv2.Weights{blue: 100, green: 0}); err != nil {
			s.Error(err)
		}
	})
	synctest.Wait()
}

// Services wait for a load balancer that cannot be told anything no longer than tasks do.
func TestALoadBalancerThatIsAwayKeepsNoServiceWaiting(t *testing.T) {
	withController(t, Delays{}, func(s *balancedScene) {
		green := *s.group
		green.ARN += "-green"
		s.update(func(tx *store.Tx) { elbv2.PutTargetGroup(tx, &green) })
		s.engine.refuse(errors.New("it is on fire"))
		s.update(func(tx *store.Tx) {
			if err := elbv2.SetWeights(tx, s.listener.ARN, elbv2.Weights{s.group.ARN: 0, green.ARN: 100}); err != nil {
				t.Fatal(err)
			}
		})
		time.Sleep(patience / 2) // of the bubble
		synctest.Wait()
		if elbv2.Applied(s.store.Read(), s.listener.ARN) {
			t.Error("nothing waits for the load balancer")
		}
		time.Sleep(3 * patience)
		synctest.Wait()
		if !elbv2.Applied(s.store.Read(), s.listener.ARN) {
			t.Error("the service waits for ever")
		}
	})
}
