package activity

import (
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
)

// Alarm says that an alarm of CloudWatch has come to another state. Changes of its configuration are no lines.
func Alarm(c *cloudwatch.AlarmChange, at time.Time) []Line {
	if c.NewState == "" {
		return nil
	}
	tone := Plain
	switch c.NewState {
	case "ALARM":
		tone = Warning
	case "OK":
		tone = Good
	}
	_, name, _ := strings.Cut(c.AlarmARN, ":alarm:")
	return []Line{{At: at, Tone: tone, Text: "alarm " + name + " is " + c.NewState}}
}
