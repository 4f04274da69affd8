package emulator_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery/matching"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// What rules are found by is what the JSON of an event has.
func TestWhatRulesAreFoundByIsInTheEvent(t *testing.T) {
	w := start(t)
	const ecs = "arn:aws:ecs:eu-west-1:111122223333:"
	for _, c := range []state.Change{
		{Task: &state.Task{ARN: ecs + "task/c/1", Spec: &state.TaskSpec{}, Placement: &state.Placement{}}},
		{ContainerInstance: &state.ContainerInstance{ARN: ecs + "container-instance/c/1"}, Usage: &state.InstanceUsage{}},
		{ServiceAction: &state.ServiceAction{ServiceARN: ecs + "service/c/s"}},
		{Deployment: &state.DeploymentChange{ServiceARN: ecs + "service/c/s"}},
		{Hook: &state.HookChange{ServiceARN: ecs + "service/c/s", ServiceDeploymentARN: ecs + "service-deployment/c/s/1"}},
		{LifecycleAction: &state.LifecycleAction{GroupARN: "arn:aws:autoscaling:eu-west-1:111122223333:autoScalingGroup:1:autoScalingGroupName/g"}},
		{LifecycleAction: &state.LifecycleAction{GroupARN: "arn:aws:autoscaling:eu-west-1:111122223333:autoScalingGroup:1:autoScalingGroupName/g", Launches: true}},
		{InstanceState: &state.InstanceState{InstanceARN: "arn:aws:ec2:eu-west-1:111122223333:instance/i-1"}},
		{ScalingActivity: &state.ScalingActivity{GroupARN: "arn:aws:autoscaling:eu-west-1:111122223333:autoScalingGroup:1:autoScalingGroupName/g"}},
		{ScalingActivity: &state.ScalingActivity{GroupARN: "arn:aws:autoscaling:eu-west-1:111122223333:autoScalingGroup:1:autoScalingGroupName/g", Launches: true, Failed: true}},
		{SpotNotice: &state.SpotNotice{InstanceARN: "arn:aws:ec2:eu-west-1:111122223333:instance/i-1"}},
	} {
		body, about, ok := w.srv.EventOf(state.Event{Value: &c, At: time.Now()})
		var e struct {
			Source, Account, Region string
			DetailType              string `json:"detail-type"`
		}
		w.must(json.Unmarshal(body, &e))
		if want := (matching.About{Scope: arn.Scope{Region: e.Region, Account: e.Account}, Source: e.Source, DetailType: e.DetailType}); !ok || about != want {
			t.Errorf("found by %v, the event has %v", about, want)
		}
	}
	if _, about, ok := w.srv.EventOf(state.Event{Value: &state.Change{Fault: &state.FaultChange{}}}); ok {
		t.Errorf("rules get a fault: %v", about)
	}
}
