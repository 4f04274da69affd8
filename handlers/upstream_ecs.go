package handlers

import (
	"net/http"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
)

// callersOfECS are services that do something in ECS for their users, as signatures name them.
// Where an upstream has them it is its own ECS in which they do so.
var callersOfECS = map[string]string{
	"batch":  "AWS Batch",
	"states": "Step Functions",
}

// warnOfECS has the log tell once of each service that acts on the upstream's ECS.
func (e *endpoint) warnOfECS(r *http.Request) {
	scope, _, _ := awsapi.ScopeOf(r)
	name, calls := callersOfECS[scope.Service]
	if !calls {
		return
	}
	if _, told := e.Upstream.told.LoadOrStore(scope.Service, true); !told {
		e.Log.Warn("the upstream's "+name+" acts on the upstream's own ECS: clusters, tasks and services that it makes, runs or changes are there and not here",
			"service", scope.Service, "upstream", e.Upstream.URL)
	}
}
