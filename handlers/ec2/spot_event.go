package ec2

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge"
)

// SpotEvent is the event that EC2 sends to EventBridge when a Spot Instance has its notice, as JSON.
// Source: EC2 user guide, Spot Instance interruption notices.
func SpotEvent(n *ec2.SpotNotice, at time.Time) []byte {
	return eventbridge.Event{
		ID: n.ID, DetailType: "EC2 Spot Instance Interruption Warning", Source: "aws.ec2", Resource: n.InstanceARN, At: at,
		Detail: spotDetail{InstanceID: n.InstanceID, Action: "terminate"},
	}.Marshal()
}

type spotDetail struct {
	InstanceID string `json:"instance-id"`
	Action     string `json:"instance-action"`
}
