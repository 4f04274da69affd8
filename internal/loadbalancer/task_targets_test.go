package loadbalancer

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/elbv2"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

var scope = arn.Scope{Region: "us-east-1", Account: "000000000000"}

// scene is a task of a service with one target group, which is on a load balancer.
type scene struct {
	*testing.T
	store *state.Store
	clock *clock.Clock
	group *elbv2.TargetGroup
	task  string
}

func withTask(t *testing.T, story func(s *scene)) {
	synctest.Test(t, func(t *testing.T) {
		store, err := state.Open(state.Options{})
		if err != nil {
			t.Fatal(err)
		}
		s := &scene{T: t, store: store, clock: clock.New(clock.Options{}), task: scope.Task("c", arn.NewID())}
		s.update(s.furnish)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		c := &TaskTargets{Store: store, Clock: s.clock, Log: slog.New(slog.DiscardHandler)}
		go func() {
			defer close(ended)
			_ = c.Run(ctx)
		}()
		synctest.Wait()
		story(s)
		cancel()
		<-ended
	})
}

func (s *scene) furnish(tx *state.Tx) {
	balancer := &elbv2.LoadBalancer{
		Scope: scope, Name: "web", ARN: elbv2.NewLoadBalancerARN(scope, elb.LoadBalancerTypeEnumApplication, "web"),
		Type: elb.LoadBalancerTypeEnumApplication, Zones: []elbv2.Zone{{Name: "us-east-1a"}},
	}
	elbv2.PutLoadBalancer(tx, balancer)
	s.group = &elbv2.TargetGroup{
		Scope: scope, Name: "blue", ARN: elbv2.NewTargetGroupARN(scope, "blue"), Type: elb.TargetTypeEnumIp, Protocol: elb.ProtocolEnumHttp, Port: 80,
		Attributes: elbv2.Attributes{"deregistration_delay.timeout_seconds": "30"},
	}
	elbv2.PutTargetGroup(tx, s.group)
	listener := &elbv2.Listener{
		Scope: scope, ARN: elbv2.NewListenerARN(balancer.ARN), LoadBalancer: balancer.ARN, Port: 80, Protocol: elb.ProtocolEnumHttp,
		Actions: []elb.Action{{Type: elb.ActionTypeEnumForward, TargetGroupArn: &s.group.ARN}},
	}
	listener.DefaultRule = elbv2.NewRuleARN(listener.ARN)
	elbv2.PutListener(tx, listener)
	state.AddTask(tx, &state.Task{
		ARN: s.task,
		Spec: &state.TaskSpec{ClusterARN: scope.Cluster("c"), CreatedAt: s.clock.Now(), LoadBalancers: []types.LoadBalancer{
			{TargetGroupArn: &s.group.ARN, ContainerName: aws.String("web"), ContainerPort: aws.Int32(8080)},
		}},
		Placement: &state.Placement{Zone: "us-east-1a"},
		Status: state.TaskStatus{
			LastStatus: state.Pending, Attachment: state.Attachment{PrivateIPv4: "10.0.0.7"}, Containers: []state.Container{{Name: "web"}},
		},
	})
}

func (s *scene) update(change func(tx *state.Tx)) {
	s.Helper()
	if err := s.store.Update(func(tx *state.Tx) error { change(tx); return nil }); err != nil {
		s.Fatal(err)
	}
	synctest.Wait()
}

// becomes is the agent's part.
func (s *scene) becomes(lastStatus string) {
	s.Helper()
	s.update(func(tx *state.Tx) {
		status := state.FindTask(tx, s.task).Status.Clone()
		status.LastStatus = lastStatus
		if err := state.PutTaskStatus(tx, s.task, state.TaskStep{Status: status}); err != nil {
			s.Fatal(err)
		}
	})
}

func (s *scene) stop() {
	s.Helper()
	s.update(func(tx *state.Tx) { state.StopTask(tx, s.task, state.Stop{At: s.clock.Now()}) })
}

func (s *scene) target() *elbv2.Target {
	return elbv2.FindTarget(s.store.Read(), s.group.ARN, "10.0.0.7", 8080)
}

func (s *scene) traffic() state.TaskTraffic {
	if known := state.FindTask(s.store.Read(), s.task).Traffic; known != nil {
		return *known
	}
	return state.TaskTraffic{}
}

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
		s.update(func(tx *state.Tx) {
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
		s.update(func(tx *state.Tx) { elbv2.Withdraw(tx, target, s.clock.Now()) })
		if drains := s.traffic().DrainedAt.Sub(s.traffic().DeregisteredAt); drains != 30*time.Second {
			t.Errorf("drains for %s", drains)
		}
	})
}

func TestTaskThatNeverHadTargetsIsNotWaitedFor(t *testing.T) {
	withTask(t, func(s *scene) {
		s.update(func(tx *state.Tx) {
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
		s.update(func(tx *state.Tx) {
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
		s.update(func(tx *state.Tx) { elbv2.DeleteTargetGroup(tx, s.group) })
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
		s.update(func(tx *state.Tx) {
			elbv2.PutTargetHealth(tx, &elbv2.TargetHealth{
				GroupARN: s.group.ARN, ID: "10.0.0.7", Port: 8080, State: elb.TargetHealthStateEnumHealthy, CheckedAt: s.clock.Now(),
			})
		})
		s.update(func(tx *state.Tx) { elbv2.ForgetTarget(tx, s.target()) })
		if got := s.traffic().Targets[0].Lost; got != state.TargetLost {
			t.Errorf("without its target: %q", got)
		}
		s.update(func(tx *state.Tx) {
			elbv2.RegisterTask(tx, s.group, "10.0.0.7", 8080, "us-east-1a", s.task, s.clock.Now())
			elbv2.PutTargetHealth(tx, &elbv2.TargetHealth{
				GroupARN: s.group.ARN, ID: "10.0.0.7", Port: 8080, State: elb.TargetHealthStateEnumHealthy, CheckedAt: s.clock.Now(),
			})
		})
		if got := s.traffic().Targets[0]; got.Lost != "" || got.State != "healthy" {
			t.Errorf("registered again: %+v", got)
		}
		s.update(func(tx *state.Tx) { elbv2.DeleteTargetGroup(tx, s.group) })
		if got := s.traffic().Targets[0].Lost; got != state.TargetGroupLost {
			t.Errorf("without its target group: %q", got)
		}
	})
}

// A target that a user takes away before it was checked is lost as well.
func TestTaskLosesATargetThatWasNotChecked(t *testing.T) {
	withTask(t, func(s *scene) {
		s.becomes(state.Activating)
		s.update(func(tx *state.Tx) { elbv2.ForgetTarget(tx, s.target()) })
		if got := s.traffic().Targets[0].Lost; got != state.TargetLost {
			t.Errorf("without its target: %q", got)
		}
	})
}
