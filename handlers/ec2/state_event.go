package ec2

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge"
)

const StateDetailType = "EC2 Instance State-change Notification"

// StateEvent is the event that EC2 sends to EventBridge when an instance has come to a state, as JSON.
// Source: EC2 user guide, state change events for instances.
func StateEvent(i *ec2.StateChange, at time.Time) []byte {
	return eventbridge.Event{
		ID: i.ID, DetailType: StateDetailType, Source: "aws.ec2", Resource: i.InstanceARN, At: at,
		Detail: stateDetail{InstanceID: i.InstanceID, State: i.State},
	}.Marshal()
}

type stateDetail struct {
	InstanceID string `json:"instance-id"`
	State      string `json:"state"`
}
