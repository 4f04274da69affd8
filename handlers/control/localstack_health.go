package control

import (
	"cmp"
	"net/http"
	"strings"
)

// LocalStackHealth is the path at which scripts for LocalStack wait until it has started.
const LocalStackHealth = "/_localstack/health"

// Has reports whether a path is one of this package's.
func Has(path string) bool { return strings.HasPrefix(path, Prefix) || path == LocalStackHealth }

// ServiceState says whether a service can be used, in words of LocalStack's. Of these it also has available, of a
// service that starts with its first request: here is none.
// Source: localstack/services/plugins.py.
type ServiceState string

// Values of ServiceState.
const (
	ServiceRunning ServiceState = "running"
	ServiceError   ServiceState = "error"
)

// LocalStackAnswer is the answer of GET /_localstack/health. It has the HTTP status of /_emulator/health, where
// LocalStack's is always 200: a script that looks at the status alone waits until tasks can run.
// Source: localstack/services/internal.py.
type LocalStackAnswer struct {
	Services map[string]ServiceState `json:"services"`
	Edition  string                  `json:"edition"`
	Version  string                  `json:"version"`
}

// serviceNames has the names that LocalStack and the AWS CLI use for services that have another name in signatures.
// Source: botocore's models.
var serviceNames = map[string]string{
	"elasticloadbalancing": "elbv2",
	"monitoring":           "cloudwatch",
	"tagging":              "resourcegroupstaggingapi",
}

type localStackRoute struct {
	healthRoute
	services  []string
	elsewhere func(r *http.Request) map[string]string // nil: none
}

// serve serves GET /_localstack/health.
func (o localStackRoute) serve(w http.ResponseWriter, r *http.Request) {
	h, status := o.check(r.Context())
	all := LocalStackAnswer{Services: map[string]ServiceState{}, Edition: "ecs-emulator", Version: h.Version}
	if o.elsewhere != nil {
		for name, state := range o.elsewhere(r) {
			all.Services[name] = ServiceState(state)
		}
	}
	for _, name := range o.services {
		all.Services[cmp.Or(serviceNames[name], name)] = h.stateOf(name)
	}
	answer(w, status, all, o.log)
}

// stateOf is how a service of the emulator is.
func (h Health) stateOf(name string) ServiceState {
	noTask := Trouble(h.Engines) != ""
	if h.State.Status != StateReady || name == "ecs" && noTask || name == "logs" && h.Logs.Status == StateUnwritable {
		return ServiceError
	}
	return ServiceRunning
}
