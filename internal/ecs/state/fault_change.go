package state

import (
	"encoding/json"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

const (
	FaultBegan = "Began"
	FaultActed = "Acted"
	FaultEnded = "Ended"
)

// FaultChange is what the emulator tells of a fault that it causes. State makes its ID.
type FaultChange struct {
	ID          string
	Scope       arn.Scope
	Fault, Kind string // id and kind of the fault
	Change      string // FaultBegan, FaultActed or FaultEnded
	// Members are the members of the fault as its maker set them, as JSON; only where it began.
	Members json.RawMessage
	// Hit is what it acted on: an ARN, an id, or API and operation; only where it acted.
	Hit string
	// Times is how often it has acted so far, also where no event told of it.
	Times int
	// Reason is why it ended.
	Reason string
}

// AnnounceFault keeps what is told of a fault as an event.
func AnnounceFault(tx *store.Tx, c FaultChange, at time.Time) {
	c.ID = arn.NewUUID()
	outbox.Announce(tx, &c, at)
}
