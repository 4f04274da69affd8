// Package eventbridge has the rows of Amazon EventBridge: event buses, rules and their targets.
//
// Functions take a transaction of any caller, so these rows and those of other services change together.
package eventbridge

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/eventbridge/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// DefaultBus is the name of the bus that each account has in each region, and that services of AWS send their events to.
const DefaultBus = "default"

// Buses are the buses of accounts and regions that have a row, by their names.
var Buses = store.NewScoped("eventbridge-bus", BusARN, (*Bus).ARN)

// Bus is an event bus. The default bus of a scope has a row from its first rule, policy or tag on; FindBus answers it
// before as well.
type Bus struct {
	Scope                 arn.Scope
	Name                  string
	Description           *string
	Policy                string // JSON of its statements; empty: it has none
	DeadLetterARN         *string
	Tags                  []types.Tag
	CreatedAt, ModifiedAt time.Time
	// Changes counts the changes of its rules and their targets. So what is compiled of them is valid as long as the bus
	// has the same row.
	Changes uint64
}

func (b *Bus) ARN() string { return BusARN(b.Scope, b.Name) }

func BusARN(s arn.Scope, name string) string { return prefix(s) + "event-bus/" + name }

// prefix is what the ARNs of a scope begin with.
func prefix(s arn.Scope) string {
	return "arn:" + s.Partition() + ":events:" + s.Region + ":" + s.Account + ":"
}

// FindBus returns a bus by its name, or nil.
func FindBus(tx *store.Tx, s arn.Scope, name string) *Bus {
	b := Buses.Find(tx, s, name)
	if b == nil && name == DefaultBus {
		return &Bus{Scope: s, Name: DefaultBus}
	}
	return b
}

// OnBuses wakes a watch with an id when a bus, a rule or a target changes.
func OnBuses(id string) store.Source {
	return store.On(Buses.Table, func(_, _ *Bus) []string { return []string{id} })
}

// changed tells of a change of a rule or a target of a bus.
func changed(tx *store.Tx, s arn.Scope, bus string) {
	if b := FindBus(tx, s, bus); b != nil {
		next := *b
		next.Changes++
		Buses.Put(tx, &next)
	}
}
