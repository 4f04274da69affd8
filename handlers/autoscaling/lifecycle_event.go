package autoscaling

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge"
)

// LifecycleEvent is the event that EC2 Auto Scaling sends to EventBridge when a lifecycle hook has an
// instance wait, as JSON.
//
// Source: EC2 Auto Scaling user guide, event reference; recorded answers for the action of a launch.
// Whether a termination has one is not known: the user guide's example has none.
func LifecycleEvent(a *autoscaling.LifecycleChange, at time.Time) []byte {
	detail := lifecycleDetail{
		Token: a.Token, Group: a.Group, Hook: a.Hook, InstanceID: a.InstanceID, Transition: autoscaling.Terminating,
		Metadata: a.Metadata, Origin: "AutoScalingGroup", Destination: "EC2",
	}
	detailType := "EC2 Instance-terminate Lifecycle Action"
	if a.Launches {
		detailType = "EC2 Instance-launch Lifecycle Action"
		detail.Transition, detail.Origin, detail.Destination, detail.Action = autoscaling.Launching, "EC2", "AutoScalingGroup", "Launch"
	}
	return eventbridge.Event{ID: a.ID, DetailType: detailType, Source: "aws.autoscaling", Resource: a.GroupARN, At: at, Detail: detail}.Marshal()
}

type lifecycleDetail struct {
	Token       string `json:"LifecycleActionToken"`
	Group       string `json:"AutoScalingGroupName"`
	Hook        string `json:"LifecycleHookName"`
	InstanceID  string `json:"EC2InstanceId"`
	Transition  string `json:"LifecycleTransition"`
	Metadata    string `json:"NotificationMetadata,omitempty"`
	Origin      string `json:"Origin"`
	Destination string `json:"Destination"`
	Action      string `json:"Action,omitempty"`
}
