package app

import (
	"net/netip"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/control"
	"github.com/ecs-emulator/ecs-emulator/internal/app/whyfacts"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why/inquiry"
)

// Why answers why something is not as wanted.
type Why struct {
	*Core
	Engine *Engine
	Faults *Faults
	*whyfacts.Gatherer
}

// Module lists what it brings.
func (y *Why) Module() Module { return Module{Name: "why", Offer: y.offer} }

func (y *Why) offer() Offer {
	y.Gatherer = whyfacts.New(whyfacts.Sources{
		Store: y.Core.Store, Clock: y.Core.Clock, Output: y.Engine.Output, Faults: y.Faults.Kit().List,
		KeptApart: func(from string, to netip.Addr, port int) string { return y.Engine.Agent().KeptApart(from, to, port) },
		Silent:    func() []why.Silence { return y.Engine.reporter().Silent() },
	})
	return Offer{Routes: control.WhyRoutes(control.WhyOptions{Ask: y.Ask, Log: y.Log})}
}

// of answers why something, by its ARN, is not as wanted, as the rows of a transaction are.
func (y *Why) of(tx *store.Tx, now time.Time, arn string) []why.Answer {
	f := y.Facts()
	f.Tx, f.Now = tx, now
	result, err := inquiry.Of(f, arn, "")
	if err != nil { // it is gone
		return nil
	}
	return result.Answers
}
