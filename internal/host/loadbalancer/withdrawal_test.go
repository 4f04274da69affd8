package loadbalancer

import (
	"testing"
	"testing/synctest"
	"time"

	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/reconcile"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// stopsAtOnce has a task that is registered stop, in a group without a deregistration delay, while
// the load balancer takes no piece of a target that drains.
func (s *balancedScene) stopsAtOnce() (takes func()) {
	s.Helper()
	s.update(func(tx *store.Tx) {
		g := *s.group
		g.Attributes = elbv2.Attributes{"deregistration_delay.timeout_seconds": "0"}
		elbv2.PutTargetGroup(tx, &g)
	})
	s.becomes(state.Activating)
	s.becomes(state.Running)
	gate := make(chan struct{})
	s.engine.holds(gate)
	s.scene.stop()
	if traffic := s.traffic(); traffic.DeregisteredAt.IsZero() || !traffic.DrainedAt.IsZero() || s.target() == nil {
		s.Errorf("before the load balancer has heard: %+v, target %+v", traffic, s.target())
	}
	return func() { close(gate); synctest.Wait() }
}

func TestATaskWaitsUntilItsLoadBalancerSendsItNothingNew(t *testing.T) {
	withController(t, Delays{}, func(s *balancedScene) {
		takes := s.stopsAtOnce()
		time.Sleep(pushTimeout / 2) // of the bubble
		synctest.Wait()
		if !s.traffic().DrainedAt.IsZero() {
			t.Error("it does not wait")
		}
		takes()
		if s.traffic().DrainedAt.IsZero() || s.target() != nil {
			t.Errorf("afterwards: %+v, target %+v", s.traffic(), s.target())
		}
	})
}

func TestTheDelayBeginsWhenTheLoadBalancerSendsItNothingNew(t *testing.T) {
	withController(t, Delays{}, func(s *balancedScene) {
		takes := s.stopsAtOnce()
		s.update(func(tx *store.Tx) {
			g := *elbv2.FindTargetGroup(tx, s.group.ARN)
			g.Attributes = elbv2.Attributes{"deregistration_delay.timeout_seconds": "5"}
			elbv2.PutTargetGroup(tx, &g)
		})
		time.Sleep(4 * time.Second) // of the bubble
		takes()
		if got := s.traffic().DrainedAt.Sub(s.traffic().DeregisteredAt); got != 9*time.Second {
			t.Errorf("drained after %v, want the 4 s until the load balancer has heard, and the delay", got)
		}
		time.Sleep(5 * time.Second) // of the bubble
		synctest.Wait()
		if s.target() != nil {
			t.Errorf("after the delay there is still %+v", s.target())
		}
	})
}

func TestATaskDoesNotWaitForALoadBalancerThatIsDeleted(t *testing.T) {
	withController(t, Delays{}, func(s *balancedScene) {
		defer s.stopsAtOnce()()
		s.update(func(tx *store.Tx) { elbv2.DeleteLoadBalancer(tx, s.row()) })
		if s.traffic().DrainedAt.IsZero() {
			t.Error("it waits")
		}
	})
}

func TestATaskGetsOverALoadBalancerThatIsSilent(t *testing.T) {
	withController(t, Delays{}, func(s *balancedScene) {
		defer s.stopsAtOnce()()
		time.Sleep(2*pushTimeout + patience + 2*reconcile.LastRetry) // of the bubble
		synctest.Wait()
		if s.traffic().DrainedAt.IsZero() {
			t.Error("it waits")
		}
	})
}
