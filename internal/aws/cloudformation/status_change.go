package cloudformation

import (
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// StatusChange is what CloudFormation tells EventBridge of an event.
type StatusChange struct {
	ID                          string // of EventBridge's event
	StackID                     string
	LogicalID, PhysicalID, Type string
	Status, Detailed, Reason    string
	Token                       string // empty without one
}

var _ = outbox.Declare[StatusChange]("stackEvent")

// OfStack is whether the status is the stack's own.
func (c *StatusChange) OfStack() bool { return c.Type == TypeStack && c.PhysicalID == c.StackID }

// announce keeps an event as a change that rules and the feed get.
func announce(tx *store.Tx, e *Event) {
	outbox.Announce(tx, &StatusChange{
		ID: arn.NewUUID(), StackID: e.StackID, LogicalID: e.LogicalID, PhysicalID: e.PhysicalID, Type: e.Type,
		Status: e.Status, Detailed: e.Detailed, Reason: e.Reason, Token: e.Token,
	}, e.At)
}
