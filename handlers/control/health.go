package control

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Engine is how the container engine is, or the first one of several.
type Engine struct {
	Name   string       `json:"name"` // docker (unix:///var/run/docker.sock)
	Status EngineStatus `json:"status"`
	// TaskAddresses says how tasks are reached from this machine.
	TaskAddresses string `json:"taskAddresses"`
	// Limits say what CPU and memory of tasks and container instances bound.
	Limits Limits `json:"limits"`
	// NetworkError is why tasks have no network: none can start.
	NetworkError string `json:"networkError,omitempty"`
	// FilterError is why security groups have no effect. Tasks run all the same.
	FilterError string `json:"filterError,omitempty"`
	// DiskError is what the engine has said last about its disk, if that is full: tasks cannot start.
	DiskError string `json:"diskError,omitempty"`
	// Unanswered are the calls that the engine has not answered at the first attempt: what they are for waits for them.
	Unanswered string `json:"unanswered,omitempty"`
	// LastError is why it cannot be used.
	LastError string `json:"lastError,omitempty"`
}

// Limits say what holds on an engine.
type Limits struct {
	// Engine is how it bounds containers: control groups of version 2, systemd.
	Engine string     `json:"engine,omitempty"`
	Bound  LimitBound `json:"bound"`
	// Reason is why the sum is not bounded.
	Reason string `json:"reason,omitempty"`
}

// LimitBound is what the limits of a task or container instance bound.
type LimitBound string

// Values of LimitBound.
const (
	LimitBoundSum           LimitBound = "the sum of a task's containers"
	LimitBoundEachContainer LimitBound = "each container of a task for itself"
)

// Health is the answer of GET /_emulator/health. Its HTTP status is 200 when it is
// ok and 503 when it is degraded: then the APIs answer, but no task can start, or
// nothing can be changed.
type Health struct {
	Status   string        `json:"status"`           // ok, degraded
	Reason   string        `json:"reason,omitempty"` // why none of several engines can run tasks
	Version  string        `json:"version"`
	Endpoint string        `json:"endpoint"`
	Region   string        `json:"region"`
	Account  string        `json:"account"`
	Engine   Engine        `json:"engine"`
	Engines  []EngineState `json:"engines"` // in the order given
	State    State         `json:"state"`
	Logs     State         `json:"logs"` // what CloudWatch Logs keeps
	Network  Network       `json:"network"`
	// Warnings are what will not go well with several engines, although tasks run.
	Warnings []string `json:"warnings,omitempty"`
}

// Network is the default VPC, which tasks can use without anything being made.
type Network struct {
	VPC           string   `json:"vpc"`
	CIDR          string   `json:"cidr"`
	Subnets       []Subnet `json:"subnets"`
	SecurityGroup string   `json:"securityGroup"`
}

type Subnet struct {
	ID               string `json:"id"`
	AvailabilityZone string `json:"availabilityZone"`
	CIDR             string `json:"cidr"`
}

type healthRoute struct {
	version, endpoint string
	scope             arn.Scope
	store             *store.Store
	engine            func(ctx context.Context) (first Engine, all []EngineState)
	warnings          func() []string // nil: there are none
	logEvents         func() State    // nil: they can be kept
	log               *slog.Logger
}

func (o healthRoute) serve(w http.ResponseWriter, r *http.Request) {
	h, status := o.check(r.Context())
	answer(w, status, h, o.log)
}

// check is how the emulator is, and the HTTP status that says so.
func (o healthRoute) check(ctx context.Context) (h Health, status int) {
	first, all := o.engine(ctx)
	h = Health{
		Status: "ok", Version: o.version, Endpoint: o.endpoint, Region: o.scope.Region, Account: o.scope.Account,
		Engine: first, Engines: all, State: o.state(), Logs: o.logs(), Network: network(o.store.Read(), o.scope),
	}
	if o.warnings != nil {
		h.Warnings = o.warnings()
	}
	status = http.StatusOK
	trouble := Trouble(h.Engines)
	if len(all) > 0 && all[0].Name != "" {
		h.Reason = trouble
	}
	if trouble != "" || h.State.Status != StateReady || h.Logs.Status == StateUnwritable {
		h.Status, status = "degraded", http.StatusServiceUnavailable
	}
	return h, status
}

// state tries the disk again where the last write has failed.
func (o healthRoute) state() State {
	if err := o.store.Probe(); err != nil {
		return State{StateUnwritable, err.Error()}
	}
	return State{Status: StateReady}
}

func (o healthRoute) logs() State {
	if o.logEvents == nil {
		return State{Status: StateReady}
	}
	return o.logEvents()
}

func network(tx *store.Tx, scope arn.Scope) Network {
	subnets, group := ec2network.DefaultNetwork(scope)
	cidr := ec2network.NetworkCIDR(tx)
	n := Network{VPC: ec2network.DefaultVPC, CIDR: cidr.String(), SecurityGroup: group.ID}
	for _, s := range subnets {
		n.Subnets = append(n.Subnets, Subnet{ID: s.ID, AvailabilityZone: s.Zone, CIDR: s.CIDR(cidr).String()})
	}
	return n
}
