package servicescheduler

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// moveRule has another rule, such as one of a listener with TLS, lead traffic as the production rule does, which redirects
// from now on.
func (f *shiftFixture) moveRule() (moved string) {
	f.t.Helper()
	f.update(func(tx *store.Tx) {
		old := *elbv2.FindRule(tx, f.live)
		moved = elbv2.NewRuleARN(old.Listener)
		r := old
		r.ARN, r.Priority = moved, 3
		elbv2.PutRule(tx, &r)
		old.Actions = []elb.Action{{Type: elb.ActionTypeEnumRedirect}}
		elbv2.PutRule(tx, &old)
	})
	f.obeyRules()
	return moved
}

// releaseTo updates the service to another revision, with another production rule.
func (f *shiftFixture) releaseTo(rule string) {
	f.t.Helper()
	f.now = f.now.Add(time.Second)
	f.update(func(tx *store.Tx) {
		s := state.FindService(tx, serviceARN).Clone()
		d := f.inTwoGroups(f.newDeployment(f.register(tx, false)))
		d.Revision.LoadBalancers[0].AdvancedConfiguration.ProductionListenerRule = &rule
		s.SetPrimary(d)
		state.PutService(tx, s)
	})
}

func (f *shiftFixture) configureStrategy(strategy types.DeploymentStrategy) {
	f.change(func(s *state.Service) {
		c := *s.DeploymentConfiguration
		c.Strategy = strategy
		s.DeploymentConfiguration = &c
	})
}

func canary() types.DeploymentConfiguration {
	return types.DeploymentConfiguration{
		Strategy:            types.DeploymentStrategyCanary,
		CanaryConfiguration: &types.CanaryConfiguration{CanaryPercent: aws.Float64(5), CanaryBakeTimeInMinutes: aws.Int32(10)},
	}
}

// serves wants a healthy task in each group that a rule leads traffic to.
func (f *shiftFixture) serves(rule string) {
	f.t.Helper()
	_, w := elbv2.Forwarding(f.store.Read(), rule)
	healthy := f.healthyIn()
	for _, g := range []string{f.blue, f.green} {
		if w[g] > 0 && healthy[g] == 0 {
			f.t.Fatalf("traffic %d/%d, healthy %d/%d: %s", w[f.blue], w[f.green], healthy[f.blue], healthy[f.green], f.state())
		}
	}
}

// A rolling update comes with another production rule; the one before redirects now.
func TestARollingUpdateWithAnotherRule(t *testing.T) {
	f := newShiftFixture(t, types.DeploymentConfiguration{Strategy: types.DeploymentStrategyRolling}, nil)
	f.pass(time.Hour)
	f.expectState("SUCCESSFUL, live 1/0, test 1/0, PRIMARY COMPLETED in blue 2/2")
	moved := f.moveRule()
	f.releaseTo(moved)
	f.reconcile(serviceARN)
	f.serves(moved)
	for range 10 {
		f.reconcile(serviceARN)
		f.serves(moved)
		f.work()
	}
}

// A canary comes with another production rule; a rolling update follows before it is over.
func TestARollingUpdateInsteadOfACanaryWithAnotherRule(t *testing.T) {
	f := newShiftFixture(t, canary(), nil)
	f.pass(time.Hour)
	moved := f.moveRule()
	f.releaseTo(moved)
	f.goOn()
	f.serves(moved)
	f.configureStrategy(types.DeploymentStrategyRolling)
	f.releaseTo(moved)
	for range 20 {
		f.reconcile(serviceARN)
		f.serves(moved)
		f.work()
	}
}

// A canary comes with another production rule; another canary follows before it is over.
func TestACanaryInsteadOfACanaryWithAnotherRule(t *testing.T) {
	f := newShiftFixture(t, canary(), nil)
	f.pass(time.Hour)
	moved := f.moveRule()
	f.releaseTo(moved)
	f.goOn()
	f.serves(moved)
	f.releaseTo(moved)
	for range 20 {
		f.reconcile(serviceARN)
		f.serves(moved)
		f.work()
	}
	f.pass(time.Hour)
	f.serves(moved)
	if got := f.record(); got.Status != types.ServiceDeploymentStatusSuccessful {
		t.Errorf("at last: %s: %s", f.state(), got.StatusReason)
	}
}

// Tasks serve by a rule that the service does not name; a rolling update names one that leads elsewhere.
func TestARollingUpdateOfTasksBehindARuleThatIsNotNamed(t *testing.T) {
	f := newShiftFixture(t, types.DeploymentConfiguration{Strategy: types.DeploymentStrategyRolling}, func(s *state.Service) {
		s.Deployments[0].Revision.LoadBalancers[0].AdvancedConfiguration = nil
	})
	f.pass(time.Hour) // in blue, by a default rule
	f.update(func(tx *store.Tx) { f.lead(tx, f.live, elbv2.Weights{f.blue: 0, f.green: 1}) })
	f.obeyRules()
	f.now = f.now.Add(time.Second)
	f.release()
	f.schedule() // looks at minimumHealthyPercent
}

// Two rules lead traffic: the one of before, in the midst of a canary, and the one that the next revision names.
func TestBothRulesLead(t *testing.T) {
	f := newShiftFixture(t, canary(), nil)
	f.pass(time.Hour)
	f.release()
	f.goOn()
	_, w := elbv2.Forwarding(f.store.Read(), f.live)
	var second string
	f.update(func(tx *store.Tx) { // a listener with TLS beside the one without, all of whose traffic goes to what completed last
		old := *elbv2.FindRule(tx, f.live)
		second = elbv2.NewRuleARN(old.Listener)
		r := old
		r.ARN, r.Priority = second, 3
		elbv2.PutRule(tx, &r)
		c := elbv2.Weights{f.blue: 100, f.green: 0}
		if w[f.green] > w[f.blue] {
			c = elbv2.Weights{f.blue: 0, f.green: 100}
		}
		f.lead(tx, second, c)
	})
	f.obeyRules()
	f.releaseTo(second)
	for range 20 {
		f.reconcile(serviceARN)
		f.serves(f.live)
		f.serves(second)
		f.work()
	}
}

// The rule of before leads traffic as well while one canary follows another with another rule.
func TestBothRulesLeadLater(t *testing.T) {
	f := newShiftFixture(t, canary(), nil)
	f.pass(time.Hour)
	var second string
	f.update(func(tx *store.Tx) {
		r := *elbv2.FindRule(tx, f.live)
		r.ARN, r.Priority = elbv2.NewRuleARN(r.Listener), 3
		second = r.ARN
		elbv2.PutRule(tx, &r)
	})
	f.obeyRules()
	f.releaseTo(second)
	f.goOn()
	f.releaseTo(second)
	for range 20 {
		f.reconcile(serviceARN)
		f.serves(second)
		f.work()
	}
	f.pass(time.Hour)
	f.serves(second)
}
