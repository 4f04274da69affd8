package ec2

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// StateChange is what EC2 tells EventBridge when an instance has come to a state.
type StateChange struct {
	ID                      string
	InstanceARN, InstanceID string
	State                   string // pending and so on
}

// SpotNotice is what EC2 tells EventBridge when a Spot Instance will be interrupted.
type SpotNotice struct {
	ID                      string
	InstanceARN, InstanceID string
}

var (
	_ = outbox.Declare[StateChange]("instanceState")
	_ = outbox.Declare[SpotNotice]("spotNotice")
)

// AnnounceState keeps the state that an instance has come to as an event, and makes its ID.
func AnnounceState(tx *store.Tx, c StateChange, at time.Time) {
	c.ID = arn.NewUUID()
	outbox.Announce(tx, &c, at)
}

// AnnounceSpotNotice keeps the notice to a Spot Instance as an event, and makes its ID.
func AnnounceSpotNotice(tx *store.Tx, n SpotNotice, at time.Time) {
	n.ID = arn.NewUUID()
	outbox.Announce(tx, &n, at)
}
