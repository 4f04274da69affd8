package cloudwatch

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge"
)

func AlarmDetailType(c *cloudwatch.AlarmChange) string {
	if c.NewState != "" {
		return "CloudWatch Alarm State Change"
	}
	return "CloudWatch Alarm Configuration Change"
}

// AlarmEvent is the event that CloudWatch sends to EventBridge when an alarm has changed, as JSON. Source: recorded answers.
func AlarmEvent(c *cloudwatch.AlarmChange, at time.Time) []byte {
	return eventbridge.Event{ID: c.ID, DetailType: AlarmDetailType(c), Source: "aws.cloudwatch", Resource: c.AlarmARN, At: at, Detail: c.Detail}.Marshal()
}
