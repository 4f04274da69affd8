package app

import (
	"context"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/control"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam/decision"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/activity"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/overview"
)

// Access tells what was decided about callers.
type Access struct {
	*Core
	// Mode is whether access is checked: off, log or enforce.
	Mode func() string
}

// Module lists what it brings.
func (a Access) Module() Module {
	return Module{
		Name: "access",
		Open: func(context.Context) error {
			a.Decisions.Denied = func(d decision.Decision) { a.Journal.Write(activity.Denial(d)) }
			return nil
		},
		Offer: a.offer,
		Reset: func() error {
			a.Decisions.Forget()
			return nil
		},
	}
}

func (a Access) offer() Offer {
	return Offer{
		Routes:   control.AccessRoutes(control.AccessOptions{Decisions: &a.Decisions, Mode: a.Mode, Closing: a.Closing, Log: a.Log}),
		Measures: []control.Measure{control.MeasureAccess(&a.Decisions)},
	}
}

// Denials are what callers were denied before a time of the emulator's clock; nil: nothing was.
func (c *Core) Denials(now time.Time) *overview.Denials { return overview.DenialsOf(&c.Decisions, now) }
