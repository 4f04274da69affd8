// Package eventbridge answers the API of Amazon EventBridge: event buses, rules, their targets, and PutEvents. It keeps
// what is asked for; internal/aws/delivery matches events and schedules and calls the targets.
//
// Requests are checked in AWS's order: the constraints of their members, all at once; then what is stored; then what the
// members say together.
package eventbridge

import (
	"context"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/policytext"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Options are what the API needs.
type Options struct {
	Store *store.Store
	// Now is the emulator's time.
	Now func() time.Time
	// Way tells why there is no way to a target with an ARN; nil if there is one.
	Way func(targetARN string) error
	// Route puts what the targets of the rules of a bus that match an event are to get. The event is in its envelope.
	Route func(tx *store.Tx, b *eventbridge.Bus, event string) error
	// Stored is told of policies of buses.
	Stored policytext.Stored
}

// API answers from the store.
type API struct{ Options }

func New(o Options) *API { return &API{o} }

// now is the time in milliseconds, as EventBridge has it (EVB0002).
func (a *API) now() time.Time { return a.Now().UTC().Truncate(time.Millisecond) }

func (a *API) read() *store.Tx { return a.Store.Read() }

func (a *API) update(fn func(tx *store.Tx) error) error { return a.Store.Update(fn) }

// busName is the bus that a request means by a name or an ARN; absent it is the default one.
func busName(given *string) string {
	if given == nil {
		return eventbridge.DefaultBus
	}
	if _, name, found := strings.Cut(*given, ":event-bus/"); found {
		return name
	}
	return *given
}

// bus is the caller's bus that a request means.
func bus(ctx context.Context, tx *store.Tx, given *string) (*eventbridge.Bus, error) {
	scope, name := awsapi.CallScope(ctx), busName(given)
	b := eventbridge.FindBus(tx, scope, name)
	if b == nil || given != nil && arn.Is(*given) && *given != b.ARN() { // of another account or region
		return nil, noBus(name)
	}
	return b, nil
}

// rule is the caller's rule that a request means.
func rule(ctx context.Context, tx *store.Tx, onBus *string, name string) (*eventbridge.Rule, error) {
	b, err := bus(ctx, tx, onBus)
	if err != nil {
		return nil, err
	}
	r := eventbridge.FindRule(tx, b.Scope, b.Name, name)
	if r == nil {
		return nil, noRule(b.Name, name)
	}
	return r, nil
}
