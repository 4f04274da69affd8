package app

import (
	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery/matching"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Announcement is how changes of some kinds become events of EventBridge.
type Announcement struct {
	// About is what rules find a change by. Without a Resource no rule gets it. It is false for other kinds of changes.
	About func(change any) (About, bool)
	JSON  func(tx *store.Tx, e outbox.Event) []byte
}

// About is what rules find a change by, with the ARN of what has changed.
type About struct{ Resource, Source, DetailType string }

// StateChange is an event as the service of AWS that it belongs to sends it to EventBridge; nil if no module announces
// such changes.
func (c *Core) StateChange(tx *store.Tx, e outbox.Event) []byte {
	for _, a := range c.Announcements {
		if _, own := a.About(e.Value.Value()); own {
			return a.JSON(tx, e)
		}
	}
	return nil
}

// AboutChange is what rules are found by: whose an event is, its source and its detail-type, as StateChange has them in
// its JSON. It is false for the emulator's own, which no rule gets.
func (c *Core) AboutChange(e outbox.Event) (matching.About, bool) {
	for _, a := range c.Announcements {
		if about, own := a.About(e.Value.Value()); own {
			return matching.About{Scope: arn.ScopeOf(about.Resource), Source: about.Source, DetailType: about.DetailType}, about.Resource != ""
		}
	}
	c.Log.Error("no module announces a change", "event", e.Sequence)
	return matching.About{}, false
}
