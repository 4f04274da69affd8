package loadbalancer

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/elbv2"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
	"github.com/ecs-emulator/ecs-emulator/internal/tasktraffic"
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
		c := tasktraffic.New(tasktraffic.Options{Store: store, Clock: s.clock, Log: slog.New(slog.DiscardHandler)})
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
