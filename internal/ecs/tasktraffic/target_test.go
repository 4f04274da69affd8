package tasktraffic

import (
	"testing"
	"time"

	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

func TestTaskIsRegisteredWhenItsContainersRun(t *testing.T) {
	withTask(t, func(s *scene) {
		if s.target() != nil {
			t.Error("registered while it is PENDING")
		}
		s.becomes(state.Activating)
		if target := s.target(); target == nil || target.Zone != "us-east-1a" || s.traffic().RegisteredAt.IsZero() {
			t.Fatalf("target %+v, traffic %+v", target, s.traffic())
		}
		if got := s.traffic().Targets[0].State; got != "initial" {
			t.Errorf("state %q", got)
		}
		s.becomes(state.Running)
		s.update(func(tx *store.Tx) {
			elbv2.PutTargetHealth(tx, &elbv2.TargetHealth{
				GroupARN: s.group.ARN, ID: "10.0.0.7", Port: 8080, State: elb.TargetHealthStateEnumHealthy, CheckedAt: s.clock.Now(),
			})
		})
		if got := state.FindTask(s.store.Read(), s.task).Health(); got != types.HealthStatusHealthy {
			t.Errorf("health of the task: %s", got)
		}
	})
}

func TestTaskIsDeregisteredBeforeItStops(t *testing.T) {
	withTask(t, func(s *scene) {
		s.becomes(state.Activating)
		s.becomes(state.Running)
		s.stop()
		target := s.target()
		if target == nil || !target.Draining() {
			t.Fatalf("target %+v", target)
		}
		if drained := s.traffic().DrainedAt; !drained.IsZero() {
			t.Errorf("drained at %s, although its load balancer has not said that it sends it nothing", drained)
		}
		s.update(func(tx *store.Tx) { elbv2.Withdraw(tx, target, s.clock.Now()) })
		if drains := s.traffic().DrainedAt.Sub(s.traffic().DeregisteredAt); drains != 30*time.Second {
			t.Errorf("drains for %s", drains)
		}
	})
}

func TestTaskThatNeverHadTargetsIsNotWaitedFor(t *testing.T) {
	withTask(t, func(s *scene) {
		s.update(func(tx *store.Tx) {
			state.StopTask(tx, s.task, state.Stop{At: s.clock.Now()})
			status := state.FindTask(tx, s.task).Status.Clone()
			status.LastStatus = state.Deactivating
			if err := state.PutTaskStatus(tx, s.task, state.TaskStep{Status: status}); err != nil {
				t.Fatal(err)
			}
		})
		if traffic := s.traffic(); traffic.DeregisteredAt.IsZero() || traffic.DrainedAt.After(traffic.DeregisteredAt) || s.target() != nil {
			t.Errorf("traffic %+v, target %+v", traffic, s.target())
		}
	})
}

func TestTargetOfAnotherTaskStays(t *testing.T) {
	withTask(t, func(s *scene) {
		s.becomes(state.Activating)
		s.update(func(tx *store.Tx) {
			elbv2.RegisterTask(tx, s.group, "10.0.0.7", 8080, "us-east-1a", scope.Task("c", "another"), s.clock.Now())
		})
		s.stop()
		if target := s.target(); target == nil || target.Draining() {
			t.Errorf("target %+v", target)
		}
	})
}

func TestGroupThatIsGoneIsTold(t *testing.T) {
	withTask(t, func(s *scene) {
		s.update(func(tx *store.Tx) { elbv2.DeleteTargetGroup(tx, s.group) })
		s.becomes(state.Activating)
		if got := s.traffic().Targets[0].Refused; got != "One or more target groups not found" {
			t.Errorf("refused: %q", got)
		}
		s.stop()
		if s.traffic().DrainedAt.After(s.clock.Now()) {
			t.Error("there is nothing to drain")
		}
	})
}

func TestHostPortOfAContainer(t *testing.T) {
	c := &state.Container{Bindings: []state.Binding{
		{ContainerPort: 53, HostPort: 1053, Protocol: types.TransportProtocolUdp},
		{ContainerPort: 8000, HostPort: 32768, More: 9, Protocol: types.TransportProtocolTcp},
		{ContainerPort: 443, HostPort: 2000, Protocol: types.TransportProtocolUdp},
		{ContainerPort: 443, HostPort: 3000, Protocol: types.TransportProtocolTcp},
	}}
	for port, want := range map[uint16]int32{8000: 32768, 8009: 32777, 8010: 0, 53: 1053, 443: 3000} {
		if got := hostPort(c, port); got != want {
			t.Errorf("port %d: %d, want %d", port, got, want)
		}
	}
}

func TestTaskLosesItsTarget(t *testing.T) {
	withTask(t, func(s *scene) {
		s.becomes(state.Activating)
		s.becomes(state.Running)
		s.update(func(tx *store.Tx) {
			elbv2.PutTargetHealth(tx, &elbv2.TargetHealth{
				GroupARN: s.group.ARN, ID: "10.0.0.7", Port: 8080, State: elb.TargetHealthStateEnumHealthy, CheckedAt: s.clock.Now(),
			})
		})
		s.update(func(tx *store.Tx) { elbv2.ForgetTarget(tx, s.target()) })
		if got := s.traffic().Targets[0].Lost; got != state.TargetLost {
			t.Errorf("without its target: %q", got)
		}
		s.update(func(tx *store.Tx) {
			elbv2.RegisterTask(tx, s.group, "10.0.0.7", 8080, "us-east-1a", s.task, s.clock.Now())
			elbv2.PutTargetHealth(tx, &elbv2.TargetHealth{
				GroupARN: s.group.ARN, ID: "10.0.0.7", Port: 8080, State: elb.TargetHealthStateEnumHealthy, CheckedAt: s.clock.Now(),
			})
		})
		if got := s.traffic().Targets[0]; got.Lost != "" || got.State != "healthy" {
			t.Errorf("registered again: %+v", got)
		}
		s.update(func(tx *store.Tx) { elbv2.DeleteTargetGroup(tx, s.group) })
		if got := s.traffic().Targets[0].Lost; got != state.TargetGroupLost {
			t.Errorf("without its target group: %q", got)
		}
	})
}

// A target that a user takes away before it was checked is lost as well.
func TestTaskLosesATargetThatWasNotChecked(t *testing.T) {
	withTask(t, func(s *scene) {
		s.becomes(state.Activating)
		s.update(func(tx *store.Tx) { elbv2.ForgetTarget(tx, s.target()) })
		if got := s.traffic().Targets[0].Lost; got != state.TargetLost {
			t.Errorf("without its target: %q", got)
		}
	})
}
