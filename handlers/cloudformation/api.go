// Package cloudformation answers the API of AWS CloudFormation. Handlers write what is wanted of a stack; the controller
// makes its resources, and writes what has become of them.
//
// Texts of refusals are AWS's, from recorded answers (CFN-…) and public reports, where no comment says that they are a guess.
package cloudformation

import (
	"context"
	_ "embed"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/constraint"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Options are what the API works on.
type Options struct {
	Store *store.Store
	Now   func() time.Time // the emulator's time
	// Template reads what a TemplateURL names. Nil: a request that has one is refused.
	Template func(ctx context.Context, url string) (string, error)
	// Identifiers are the properties that tell resources of a type apart; nil: they are not known.
	Identifiers func(resourceType string) []string
}

// API answers from the store.
type API struct{ Options }

func New(o Options) *API {
	if o.Identifiers == nil {
		o.Identifiers = func(string) []string { return nil }
	}
	return &API{o}
}

//go:embed model.json
var table []byte

// model is what the service model demands of requests.
var model = constraint.New(table, constraint.Style{
	Code: "ValidationError",
})
