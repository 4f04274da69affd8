package elasticloadbalancingv2_test

import (
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

var (
	scope = arn.Scope{Region: "eu-west-1", Account: "123456789012"}
	now   = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
)

// scene is a load balancer with a listener that forwards to blue, and a second target group.
type scene struct {
	balancer    *elbv2.LoadBalancer
	listener    *elbv2.Listener
	blue, green *elbv2.TargetGroup
}

func update(t *testing.T, test func(tx *store.Tx, s *scene)) {
	t.Helper()
	rows, err := state.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = rows.Close() })
	s := &scene{}
	if err := rows.Update(func(tx *store.Tx) error {
		s.balancer = &elbv2.LoadBalancer{
			Scope: scope, Name: "web", ARN: elbv2.NewLoadBalancerARN(scope, types.LoadBalancerTypeEnumApplication, "web"),
			Type: types.LoadBalancerTypeEnumApplication, Zones: []elbv2.Zone{{Name: "eu-west-1a"}, {Name: "eu-west-1b"}},
		}
		elbv2.PutLoadBalancer(tx, s.balancer)
		s.blue, s.green = group("blue"), group("green")
		elbv2.PutTargetGroup(tx, s.blue)
		elbv2.PutTargetGroup(tx, s.green)
		s.listener = &elbv2.Listener{
			Scope: scope, ARN: elbv2.NewListenerARN(s.balancer.ARN), LoadBalancer: s.balancer.ARN, Port: 80,
			Protocol: types.ProtocolEnumHttp, Actions: forward(s.blue.ARN),
		}
		s.listener.DefaultRule = elbv2.NewRuleARN(s.listener.ARN)
		elbv2.PutListener(tx, s.listener)
		test(tx, s)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func group(name string) *elbv2.TargetGroup {
	return &elbv2.TargetGroup{
		Scope: scope, ARN: elbv2.NewTargetGroupARN(scope, name), Name: name, Type: types.TargetTypeEnumIp, Protocol: types.ProtocolEnumHttp, Port: 80,
	}
}

// forward is an action to one group, and to several by their weights.
func forward(groups ...string) []types.Action {
	action := types.Action{Type: types.ActionTypeEnumForward, ForwardConfig: &types.ForwardActionConfig{}}
	for _, g := range groups {
		action.ForwardConfig.TargetGroups = append(action.ForwardConfig.TargetGroups, types.TargetGroupTuple{TargetGroupArn: &g, Weight: aws.Int32(1)})
	}
	return []types.Action{action}
}

func (s *scene) rule(priority int32, groups ...string) *elbv2.Rule {
	return &elbv2.Rule{
		ARN: elbv2.NewRuleARN(s.listener.ARN), Listener: s.listener.ARN, LoadBalancer: s.balancer.ARN, Priority: priority, Actions: forward(groups...),
	}
}

func expect[T comparable](t *testing.T, what string, got, want []T) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func TestWhoUsesATargetGroup(t *testing.T) {
	update(t, func(tx *store.Tx, s *scene) {
		expect(t, "load balancers of blue", elbv2.InUse(tx, s.blue.ARN), []string{s.balancer.ARN})
		expect(t, "load balancers of green", elbv2.InUse(tx, s.green.ARN), nil)

		rule := s.rule(10, s.blue.ARN, s.green.ARN)
		elbv2.PutRule(tx, rule)
		expect(t, "users of green", elbv2.GroupUsers(tx, s.green.ARN), []string{rule.ARN})
		expect(t, "load balancers of both", elbv2.InUse(tx, s.blue.ARN), []string{s.balancer.ARN})
		expect(t, "groups", elbv2.LoadBalancerGroups(tx, s.balancer.ARN), []string{s.blue.ARN, s.green.ARN})

		changed := *rule
		changed.Actions = forward(s.blue.ARN)
		elbv2.PutRule(tx, &changed)
		expect(t, "users of green, when the rule has changed", elbv2.GroupUsers(tx, s.green.ARN), nil)

		elbv2.DeleteLoadBalancer(tx, s.balancer)
		expect(t, "users of blue, when the load balancer is gone", elbv2.GroupUsers(tx, s.blue.ARN), nil)
		if elbv2.FindRule(tx, rule.ARN) != nil || elbv2.FindListener(tx, s.listener.ARN) != nil || elbv2.FindTargetGroup(tx, s.blue.ARN) == nil {
			t.Error("its rules and listeners go with it, and its groups stay")
		}
	})
}

func TestRulesAreInOrderOfTheirPriorities(t *testing.T) {
	update(t, func(tx *store.Tx, s *scene) {
		for _, priority := range []int32{30, 5, 400} {
			elbv2.PutRule(tx, s.rule(priority))
		}
		var priorities []int32
		for _, r := range elbv2.ListenerRules(tx, s.listener.ARN) {
			priorities = append(priorities, r.Priority)
		}
		expect(t, "priorities", priorities, []int32{5, 30, 400, 0})
		if r := elbv2.FindRule(tx, s.listener.DefaultRule); r == nil || !r.Default() || len(r.Actions) != 1 {
			t.Errorf("the default rule is %+v", r)
		}
	})
}

func TestTargetsDrainOnlyWhereRequestsGo(t *testing.T) {
	update(t, func(tx *store.Tx, s *scene) {
		for _, g := range []*elbv2.TargetGroup{s.blue, s.green} {
			elbv2.Register(tx, g, "10.0.0.1", 80, "eu-west-1a", now)
			elbv2.Deregister(tx, g, "10.0.0.1", 80, now.Add(time.Minute))
			elbv2.Deregister(tx, g, "10.0.0.9", 80, now) // never was one
		}
		if left := elbv2.Targets(tx, s.green.ARN); len(left) != 0 {
			t.Errorf("the group that is on no load balancer has %v", left)
		}
		target := elbv2.FindTarget(tx, s.blue.ARN, "10.0.0.1", 80)
		end := now.Add(2*time.Minute + 300*time.Second)
		if !target.Draining() || elbv2.Drained(tx, s.blue, target, end) {
			t.Errorf("%+v has drained while it gets requests", target)
		}
		elbv2.Withdraw(tx, target, now.Add(2*time.Minute))
		if elbv2.Drained(tx, s.blue, target, end.Add(-1)) || !elbv2.Drained(tx, s.blue, target, end) {
			t.Errorf("%+v drains until %v", target, end)
		}
		elbv2.Deregister(tx, s.blue, "10.0.0.1", 80, end)
		if again := elbv2.FindTarget(tx, s.blue.ARN, "10.0.0.1", 80); !again.DeregisteredAt.Equal(target.DeregisteredAt) {
			t.Error("its draining has begun anew")
		}
		elbv2.Register(tx, s.blue, "10.0.0.1", 80, "eu-west-1a", end)
		if again := elbv2.FindTarget(tx, s.blue.ARN, "10.0.0.1", 80); again.Draining() || !again.RegisteredAt.Equal(end) {
			t.Errorf("registered again it is %+v", again)
		}
	})
}

func TestHealthOfTargets(t *testing.T) {
	update(t, func(tx *store.Tx, s *scene) {
		check := func(g *elbv2.TargetGroup, id, state, reason string) {
			t.Helper()
			got := elbv2.Health(tx, g, elbv2.FindTarget(tx, g.ARN, id, 80))
			if string(got.State) != state || string(got.Reason) != reason || (got.Description == nil) != (reason == "") {
				t.Errorf("%s in %s is %s, %s, %q; want %s, %s", id, g.Name, got.State, got.Reason, aws.ToString(got.Description), state, reason)
			}
		}
		elbv2.Register(tx, s.green, "10.0.0.1", 80, "eu-west-1a", now)
		check(s.green, "10.0.0.1", "unused", "Target.NotInUse")

		elbv2.Register(tx, s.blue, "10.0.0.1", 80, "eu-west-1a", now)
		elbv2.Register(tx, s.blue, "10.0.2.1", 80, "eu-west-1c", now)
		elbv2.Register(tx, s.blue, "10.0.3.1", 80, elbv2.AllZones, now)
		check(s.blue, "10.0.0.1", "initial", "Elb.RegistrationInProgress")
		check(s.blue, "10.0.2.1", "unused", "Target.NotInUse")
		check(s.blue, "10.0.3.1", "initial", "Elb.RegistrationInProgress")

		found := &elbv2.TargetHealth{GroupARN: s.blue.ARN, ID: "10.0.0.1", Port: 80, State: types.TargetHealthStateEnumHealthy, CheckedAt: now}
		elbv2.PutTargetHealth(tx, found)
		check(s.blue, "10.0.0.1", "healthy", "")
		elbv2.Deregister(tx, s.blue, "10.0.0.1", 80, now)
		check(s.blue, "10.0.0.1", "draining", "Target.DeregistrationInProgress")
		elbv2.Register(tx, s.blue, "10.0.0.1", 80, "eu-west-1a", now.Add(time.Second))
		check(s.blue, "10.0.0.1", "initial", "Elb.RegistrationInProgress")

		elbv2.ForgetTarget(tx, elbv2.FindTarget(tx, s.blue.ARN, "10.0.0.1", 80))
		elbv2.PutTargetHealth(tx, found)
		elbv2.Register(tx, s.blue, "10.0.0.1", 80, "eu-west-1a", now)
		check(s.blue, "10.0.0.1", "initial", "Elb.RegistrationInProgress") // nothing is known of a target that was gone
	})
}

func TestAttributes(t *testing.T) {
	keys := map[string]bool{}
	for _, a := range elbv2.TargetGroupAttributes {
		if keys[a.Key] {
			t.Errorf("%s is there twice", a.Key)
		}
		keys[a.Key] = true
	}
	blue := group("blue")
	if all := blue.AllAttributes(); len(all) != 14 {
		t.Errorf("a group of HTTP has %d attributes: %v", len(all), all)
	}
	blue.Attributes = blue.Attributes.With(elbv2.Attributes{"deregistration_delay.timeout_seconds": "5"})
	if got := blue.DeregistrationDelay(); got != 5*time.Second {
		t.Errorf("the delay is %v", got)
	}
	for _, test := range []struct {
		key, value string
		takes      bool
	}{
		{"slow_start.duration_seconds", "0", true}, {"slow_start.duration_seconds", "29", false}, {"slow_start.duration_seconds", "30", true},
		{"stickiness.enabled", "yes", false}, {"stickiness.app_cookie.cookie_name", "any", true}, {"deregistration_delay.timeout_seconds", "3601", false},
	} {
		if elbv2.FindAttribute(elbv2.TargetGroupAttributes, test.key).Takes(test.value) != test.takes {
			t.Errorf("%s = %q: want %t", test.key, test.value, test.takes)
		}
	}
}

// What a store with a file keeps is the same when it is opened again.
func TestRowsOnDisk(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	rows, err := state.Open(store.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	balancer := &elbv2.LoadBalancer{
		Scope: scope, Name: "web", ARN: elbv2.NewLoadBalancerARN(scope, types.LoadBalancerTypeEnumNetwork, "web"), Type: types.LoadBalancerTypeEnumNetwork,
		Zones: []elbv2.Zone{{Name: "eu-west-1a", Subnet: "subnet-1", Interface: "eni-1"}}, Addresses: map[string]string{"subnet-1": "10.0.0.9"},
		CreatedAt: now, Attributes: elbv2.Attributes{"deletion_protection.enabled": "true"}, Tags: elbv2.Tags{{Key: "team", Value: "shop"}},
	}
	green := group("green")
	listener := &elbv2.Listener{
		Scope: scope, ARN: elbv2.NewListenerARN(balancer.ARN), LoadBalancer: balancer.ARN, Port: 443, Protocol: types.ProtocolEnumTls,
		Certificate: "arn:certificate", Certificates: []string{"arn:other"}, Actions: forward(green.ARN),
	}
	listener.DefaultRule = elbv2.NewRuleARN(listener.ARN)
	rule := &elbv2.Rule{
		ARN: elbv2.NewRuleARN(listener.ARN), Listener: listener.ARN, LoadBalancer: balancer.ARN, Priority: 7, Actions: forward(green.ARN),
		Conditions: []types.RuleCondition{{
			Field:             aws.String("query-string"),
			QueryStringConfig: &types.QueryStringConditionConfig{Values: []types.QueryStringKeyValuePair{{Key: aws.String("a"), Value: aws.String("b")}}},
		}},
	}
	target := &elbv2.Target{GroupARN: green.ARN, ID: "10.0.0.1", Port: 80, Zone: "eu-west-1a", RegisteredAt: now}
	if err := rows.Update(func(tx *store.Tx) error {
		elbv2.PutLoadBalancer(tx, balancer)
		elbv2.PutTargetGroup(tx, green)
		elbv2.PutListener(tx, listener)
		elbv2.PutRule(tx, rule)
		elbv2.Register(tx, green, target.ID, target.Port, target.Zone, now)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if err := rows.Close(); err != nil {
		t.Fatal(err)
	}
	if rows, err = state.Open(store.Options{Path: path}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = rows.Close() })
	tx := rows.Read()
	for _, row := range []struct{ is, was any }{
		{elbv2.FindLoadBalancer(tx, balancer.ARN), balancer}, {elbv2.FindTargetGroup(tx, green.ARN), green},
		{elbv2.FindListener(tx, listener.ARN), listener}, {elbv2.FindRule(tx, rule.ARN), rule},
		{elbv2.FindTarget(tx, green.ARN, target.ID, target.Port), target},
	} {
		if !reflect.DeepEqual(row.is, row.was) {
			t.Errorf("read again it is\n%+v, was\n%+v", row.is, row.was)
		}
	}
	expect(t, "who uses the certificate", elbv2.GroupUsers(tx, "arn:other"), []string{listener.ARN})
}
