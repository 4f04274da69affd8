package cloudwatch

import (
	"encoding/json"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// AlarmChange is what CloudWatch tells EventBridge of an alarm. AnnounceAlarm makes its ID.
type AlarmChange struct {
	ID       string
	AlarmARN string
	// NewState after a state change; empty: the configuration has changed.
	NewState string
	Detail   json.RawMessage // of the event
}

var _ = outbox.Declare[AlarmChange]("alarm")

// AnnounceAlarm keeps the change of an alarm as an event.
func AnnounceAlarm(tx *store.Tx, c AlarmChange, at time.Time) {
	c.ID = arn.NewUUID()
	outbox.Announce(tx, &c, at)
}
