// Package servicediscovery answers the API of AWS Cloud Map: namespaces, services and instances. What users ask for is
// done when the call is answered; resolvers and proxies act by the rows.
package servicediscovery

import (
	_ "embed"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/constraint"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// Options are what the API needs.
type Options struct {
	Store *state.Store
	// Now is the emulator's time.
	Now func() time.Time
	// StrictVPC knows no VPCs that are made up.
	StrictVPC bool
	// HealthDelay is how long UpdateInstanceCustomHealthStatus takes to have its effect. Default: not at all.
	HealthDelay time.Duration
}

// API answers from the store.
type API struct{ Options }

// New makes the API.
func New(o Options) *API { return &API{o} }

//go:embed model.json
var table []byte

// model is what the service model demands of requests (SD0004).
var model = constraint.New(table, constraint.Style{
	Code: "InvalidInput",
	Patterns: map[string]string{
		// Go's patterns cannot look ahead, and not count to 1024: the model has lengths as well, and handlers refuse names
		// that begin like ARNs, and long ones of services.
		`^[!-~]{1,1024}$`:         `[!-~]+`,
		`^(?!arn:)[!-~]{1,1024}$`: `[!-~]+`,
		`^(?!arn:)[!-~]{1,253}$`:  `[!-~]+`,
		serviceName:               `([a-zA-Z0-9_][a-zA-Z0-9_-]{0,61}[a-zA-Z0-9_]|[a-zA-Z0-9])(\.([a-zA-Z0-9_][a-zA-Z0-9_-]{0,61}[a-zA-Z0-9_]|[a-zA-Z0-9]))*|\.`,
	},
})

// serviceName is a pattern of the service model.
const serviceName = `((?=^.{1,127}$)^([a-zA-Z0-9_][a-zA-Z0-9-_]{0,61}[a-zA-Z0-9_]|[a-zA-Z0-9])(\.([a-zA-Z0-9_][a-zA-Z0-9-_]{0,61}[a-zA-Z0-9_]|[a-zA-Z0-9]))*$)|(^\.$)`
