package emulator_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	alarms "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery/matching"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// What rules are found by is what the JSON of an event has.
func TestWhatRulesAreFoundByIsInTheEvent(t *testing.T) {
	t.Parallel()
	w := start(t)
	const ecs, stack = "arn:aws:ecs:eu-west-1:111122223333:", "arn:aws:cloudformation:eu-west-1:111122223333:stack/s/1"
	for _, c := range []any{
		&state.Task{ARN: ecs + "task/c/1", Spec: &state.TaskSpec{}, Placement: &state.Placement{}},
		&state.InstanceChange{ContainerInstance: &state.ContainerInstance{ARN: ecs + "container-instance/c/1"}, Usage: &state.InstanceUsage{}},
		&state.ServiceAction{ServiceARN: ecs + "service/c/s"},
		&state.DeploymentChange{ServiceARN: ecs + "service/c/s"},
		&state.HookChange{ServiceARN: ecs + "service/c/s", ServiceDeploymentARN: ecs + "service-deployment/c/s/1"},
		&autoscaling.LifecycleChange{GroupARN: "arn:aws:autoscaling:eu-west-1:111122223333:autoScalingGroup:1:autoScalingGroupName/g"},
		&autoscaling.LifecycleChange{GroupARN: "arn:aws:autoscaling:eu-west-1:111122223333:autoScalingGroup:1:autoScalingGroupName/g", Launches: true},
		&ec2.StateChange{InstanceARN: "arn:aws:ec2:eu-west-1:111122223333:instance/i-1"},
		&autoscaling.ActivityChange{GroupARN: "arn:aws:autoscaling:eu-west-1:111122223333:autoScalingGroup:1:autoScalingGroupName/g"},
		&autoscaling.ActivityChange{GroupARN: "arn:aws:autoscaling:eu-west-1:111122223333:autoScalingGroup:1:autoScalingGroupName/g", Launches: true, Failed: true},
		&ec2.SpotNotice{InstanceARN: "arn:aws:ec2:eu-west-1:111122223333:instance/i-1"},
		&alarms.AlarmChange{AlarmARN: "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:a", NewState: "ALARM", Detail: json.RawMessage("{}")},
		&alarms.AlarmChange{AlarmARN: "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:a", Detail: json.RawMessage("{}")},
		&cloudformation.StatusChange{StackID: stack, PhysicalID: stack, Type: cloudformation.TypeStack},
		&cloudformation.StatusChange{StackID: stack, LogicalID: "Bucket", Type: "AWS::S3::Bucket"},
	} {
		body, about, ok := w.srv.EventOf(outbox.Event{Value: outbox.NewChange(c), At: time.Now()})
		var e struct {
			Source, Account, Region string
			DetailType              string `json:"detail-type"`
		}
		w.must(json.Unmarshal(body, &e))
		if want := (matching.About{Scope: arn.Scope{Region: e.Region, Account: e.Account}, Source: e.Source, DetailType: e.DetailType}); !ok || about != want {
			t.Errorf("found by %v, the event has %v", about, want)
		}
	}
	if _, about, ok := w.srv.EventOf(outbox.Event{Value: outbox.NewChange(&state.FaultChange{})}); ok {
		t.Errorf("rules get a fault: %v", about)
	}
}
