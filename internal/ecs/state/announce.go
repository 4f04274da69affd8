package state

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// AnnounceLifecycleAction keeps the beginning of a lifecycle action as an event.
func AnnounceLifecycleAction(tx *store.Tx, a LifecycleAction, at time.Time) {
	a.ID = arn.NewUUID()
	outbox.Announce(tx, &a, at)
}

// AnnounceSpotNotice keeps the notice to a Spot Instance as an event.
func AnnounceSpotNotice(tx *store.Tx, n SpotNotice, at time.Time) {
	n.ID = arn.NewUUID()
	outbox.Announce(tx, &n, at)
}

// AnnounceInstanceState keeps the state that an instance has come to as an event.
func AnnounceInstanceState(tx *store.Tx, i InstanceState, at time.Time) {
	i.ID = arn.NewUUID()
	outbox.Announce(tx, &i, at)
}

// AnnounceScalingActivity keeps the end of an activity as an event.
func AnnounceScalingActivity(tx *store.Tx, a ScalingActivity, at time.Time) {
	a.ID = arn.NewUUID()
	outbox.Announce(tx, &a, at)
}

// AnnounceFault keeps what is told of a fault as an event.
func AnnounceFault(tx *store.Tx, c FaultChange, at time.Time) {
	c.ID = arn.NewUUID()
	outbox.Announce(tx, &c, at)
}
