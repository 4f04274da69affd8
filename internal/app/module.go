// Package app puts the emulator together from modules. A module is a capability: a file here has all that it brings, so
// that a new one is a file and a line in the list of package emulator.
package app

import (
	"context"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/control"
	"github.com/ecs-emulator/ecs-emulator/internal/app/controllers"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric/collection"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Module is a capability. Fields that are nil bring nothing.
//
// Modules stand in a list in which each feeds the next: containers, their logs, metrics of these. They open from the last
// one to the first, begin and close from the first to the last, and the clock waits for them from the last to the first,
// as later ones decide what earlier ones do.
type Module struct {
	// Name tells it from the others.
	Name string
	// Rows are the tables and logs of the store whose rows stay until a request removes them. A reset empties all tables.
	Rows []string
	// Forgets are the tables of whose rows some are too old, after a while.
	Forgets []Forgetting
	// Open opens what lies beside the store.
	Open func(ctx context.Context) error
	// Offer is what clients find. It is asked once, when all modules are open.
	Offer func() Offer
	// Announcements are changes that go to EventBridge.
	Announcements []Announcement
	// Begin makes what works by itself until the next reset, before which the same was made by earlier modules.
	Begin func(before Work) Work
	// Halt ends what must not last until a reset: it is called before the work ends, from the last module to the first.
	Halt func()
	// Sweep removes what is old beside the store, about once an hour.
	Sweep func() error
	// Reset forgets what is not in the store. The error says what is left, and keeps no other module from its own.
	Reset func() error
	// Close ends what Open has opened, which may be nothing.
	Close func() error
}

// Offer is what clients find of a module.
type Offer struct {
	APIs     []API           // of services of AWS
	Routes   []control.Route // below /_emulator/
	Measures []control.Measure
}

// API is the API of a service of AWS.
type API interface{ Service() awsapi.Service }

type Work struct {
	Loops   []controllers.Loop
	Sources []collection.Source // of AWS's own metrics
	Demands []collection.Demand // of rows that want metrics by the clock
}

// Forgetting removes rows of some tables that are too old.
type Forgetting struct {
	Tables []string
	Do     func(tx *store.Tx, now time.Time)
}
