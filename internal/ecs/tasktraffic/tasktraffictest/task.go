// Package tasktraffictest has the rows of a task that a load balancer sends requests to, for tests.
package tasktraffictest

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// AddTask adds a PENDING task with the address 10.0.0.7, whose container serves at the port 8080 for a target group of
// addresses. A listener of an application load balancer leads there.
func AddTask(tx *store.Tx, scope arn.Scope, now time.Time) (task string, group *elbv2.TargetGroup) {
	balancer := &elbv2.LoadBalancer{
		Scope: scope, Name: "web", ARN: elbv2.NewLoadBalancerARN(scope, elb.LoadBalancerTypeEnumApplication, "web"),
		Type: elb.LoadBalancerTypeEnumApplication, Zones: []elbv2.Zone{{Name: "us-east-1a"}},
	}
	elbv2.PutLoadBalancer(tx, balancer)
	group = &elbv2.TargetGroup{
		Scope: scope, Name: "blue", ARN: elbv2.NewTargetGroupARN(scope, "blue"), Type: elb.TargetTypeEnumIp, Protocol: elb.ProtocolEnumHttp, Port: 80,
		Attributes: elbv2.Attributes{"deregistration_delay.timeout_seconds": "30"},
	}
	elbv2.PutTargetGroup(tx, group)
	listener := &elbv2.Listener{
		Scope: scope, ARN: elbv2.NewListenerARN(balancer.ARN), LoadBalancer: balancer.ARN, Port: 80, Protocol: elb.ProtocolEnumHttp,
		Actions: []elb.Action{{Type: elb.ActionTypeEnumForward, TargetGroupArn: &group.ARN}},
	}
	listener.DefaultRule = elbv2.NewRuleARN(listener.ARN)
	elbv2.PutListener(tx, listener)
	task = scope.Task("c", arn.NewID())
	state.AddTask(tx, &state.Task{
		ARN: task,
		Spec: &state.TaskSpec{ClusterARN: scope.Cluster("c"), CreatedAt: now, ServiceTraffic: state.ServiceTraffic{LoadBalancers: []types.LoadBalancer{
			{TargetGroupArn: &group.ARN, ContainerName: aws.String("web"), ContainerPort: aws.Int32(8080)},
		}}},
		Placement: &state.Placement{Zone: "us-east-1a"},
		Status: state.TaskStatus{
			LastStatus: state.Pending, Attachment: state.Attachment{PrivateIPv4: "10.0.0.7"}, Containers: []state.Container{{Name: "web"}},
		},
	})
	return task, group
}

// Become is the agent's part.
func Become(tx *store.Tx, task, lastStatus string) error {
	status := state.FindTask(tx, task).Status.Clone()
	status.LastStatus = lastStatus
	return state.PutTaskStatus(tx, task, state.TaskStep{Status: status})
}

// Traffic is what is known of a task; before it is registered, nothing.
func Traffic(tx *store.Tx, task string) (known state.TaskTraffic) {
	if t := state.FindTask(tx, task); t.Traffic != nil {
		known = *t.Traffic
	}
	return known
}
