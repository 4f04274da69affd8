package control

import (
	"net/http"

	"github.com/ecs-emulator/ecs-emulator/emulator/arn"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
)

// Engine is how the container engine is.
type Engine struct {
	Name   string       `json:"name"` // docker (unix:///var/run/docker.sock)
	Status EngineStatus `json:"status"`
	// TaskAddresses says how tasks are reached from this machine.
	TaskAddresses string `json:"taskAddresses"`
	// LastError is what went wrong last, also when it works again.
	LastError string `json:"lastError,omitempty"`
}

// EngineStatus says whether an engine can be used.
type EngineStatus string

// Values of EngineStatus.
const (
	EngineReady       EngineStatus = "ready"
	EngineUnavailable EngineStatus = "unavailable"
)

// Health is the answer of GET /_emulator/health. Its HTTP status is 200 when it is
// ok and 503 when it is degraded: then the APIs answer, but no task can start.
type Health struct {
	Status   string  `json:"status"` // ok, degraded
	Version  string  `json:"version"`
	Endpoint string  `json:"endpoint"`
	Region   string  `json:"region"`
	Account  string  `json:"account"`
	Engine   Engine  `json:"engine"`
	Network  Network `json:"network"`
}

// Network is the default VPC, which tasks can use without anything being made.
type Network struct {
	VPC           string   `json:"vpc"`
	CIDR          string   `json:"cidr"`
	Subnets       []Subnet `json:"subnets"`
	SecurityGroup string   `json:"securityGroup"`
}

// Subnet is a default subnet.
type Subnet struct {
	ID               string `json:"id"`
	AvailabilityZone string `json:"availabilityZone"`
	CIDR             string `json:"cidr"`
}

// health serves GET /_emulator/health.
func (a *api) health(w http.ResponseWriter, r *http.Request) {
	h := Health{
		Status: "ok", Version: a.Version, Endpoint: a.Endpoint, Region: a.Scope.Region, Account: a.Scope.Account,
		Engine: a.Engine(r.Context()), Network: network(a.Store.Read(), a.Scope),
	}
	status := http.StatusOK
	if h.Engine.Status != EngineReady {
		h.Status, status = "degraded", http.StatusServiceUnavailable
	}
	a.answer(w, status, h)
}

func network(tx *state.Tx, scope arn.Scope) Network {
	vpc, subnets, group := state.DefaultNetwork(scope)
	cidr := tx.NetworkCIDR()
	n := Network{VPC: vpc.ID, CIDR: cidr.String(), SecurityGroup: group.ID}
	for _, s := range subnets {
		n.Subnets = append(n.Subnets, Subnet{ID: s.ID, AvailabilityZone: s.Zone, CIDR: s.CIDR(cidr).String()})
	}
	return n
}
