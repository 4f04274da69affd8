// Package control is what the emulator offers beside the AWS APIs, under
// /_emulator/: its health, its clock, its tasks as the engine sees them, their output
// and their events, programs that run in them, and a reset; and its metrics for
// Prometheus.
//
// Capabilities bring the rest, such as the routes of faults and the metrics of containers: Options.Routes and NewMetrics
// take them.
//
// All bodies but those of streams and certificates are JSON. An error is {"error": "…"}.
package control

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/activity"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/overview"
	"github.com/ecs-emulator/ecs-emulator/internal/exec/ssmsession"
	"github.com/gorilla/mux"
)

// Options are what the endpoints tell and do.
type Options struct {
	Version  string
	Endpoint string // http://127.0.0.1:4577
	// Scope is the account and region whose default network is shown: those of
	// requests that are not signed.
	Scope arn.Scope
	Store *store.Store
	Clock Clock
	// Advance is the advance of the clock that is under way; it returns nil if there is none. Nil: there never is.
	Advance func() *Advance

	// Services are the names, as in signatures, of the services that the endpoint has. Elsewhere tells how the services of
	// the upstream are, by LocalStack's names. Nil is none.
	Services  []string
	Elsewhere func(r *http.Request) map[string]string
	// Engine tells how the container engines are, and more of the first one. It is asked on each request, so
	// it should answer within the request's context.
	Engine func(ctx context.Context) (first Engine, all []EngineState)
	// Warnings are what will not go well with several engines, although tasks run. Nil: nothing.
	Warnings func() []string
	// Reset ends all tasks and forgets everything.
	Reset func(ctx context.Context) error
	// Ports lists the ports on this machine's loopback that lead to a task, and opens
	// them if told to.
	Ports func(taskARN string, open bool) []Port
	// InstanceIP is the address of a task's container instance, if the task has its network
	// from there.
	InstanceIP func(taskARN string) string
	// Pulls are the pulls of images under way for a task that take long; for all tasks if that is empty. Nil: there are none.
	Pulls func(taskARN string) []overview.Pull
	// KeptApart says which security groups keep a load balancer away from a port of a target; empty: none do.
	KeptApart func(loadBalancerARN string, target netip.Addr, port int) string
	// Logs passes on the output of a task's container, which may have stopped.
	Logs func(ctx context.Context, taskARN, container string, o backend.LogOptions) error
	// Sessions runs programs in containers.
	Sessions *ssmsession.Kernel
	// LogEvents tells whether log events can be kept.
	LogEvents func() State
	// LoadBalancers lists those that have a listener, and where they are reached: an overview shows that.
	LoadBalancers func() []LoadBalancer
	// Repositories lists the repositories of ECR: an overview shows that.
	Repositories func(tx *store.Tx) []overview.Repository
	// Denials are what callers were denied before a time: an overview shows that. Nil: nothing was.
	Denials func(now time.Time) *overview.Denials
	// StateChange is the body of an event, as ECS or Auto Scaling sends it to EventBridge.
	StateChange func(tx *store.Tx, e outbox.Event) []byte
	// Routes are those that capabilities bring. Paths that are here already stay as they are.
	Routes []Route
	// Journal is what activity shows beside rows. Nil: one of its own.
	Journal *activity.Journal
	// Closing ends when the emulator closes; nil never does. Answers that follow
	// something end with it.
	Closing context.Context
	Log     *slog.Logger
}

// Handler returns the endpoints. Every caller may do everything: the package
// handlers keeps web pages out.
func Handler(o Options) http.Handler {
	if o.Closing == nil {
		o.Closing = context.Background()
	}
	if o.Journal == nil {
		o.Journal = &activity.Journal{}
	}
	health := healthRoute{o.Version, o.Endpoint, o.Scope, o.Store, o.Engine, o.Warnings, o.LogEvents, o.Log}
	routes := slices.Concat(o.base(health), o.Routes, []Route{
		{"reset", []string{http.MethodPost}, resetRoute{o.Reset, o.Journal, o.Clock, o.Log}.serve},
	})
	there := listed(routes)
	r := mux.NewRouter() // which writes to the methods that it is given
	r.HandleFunc(LocalStackHealth, localStackRoute{health, o.Services, o.Elsewhere}.serve).Methods(slices.Clone(reading)...)
	for _, route := range routes {
		r.HandleFunc(Prefix+route.Path, route.Serve).Methods(slices.Clone(route.Methods)...)
	}
	r.NotFoundHandler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		Refuse(w, http.StatusNotFound, "no such path: "+r.URL.Path+"; there are "+there)
	})
	r.MethodNotAllowedHandler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		Refuse(w, http.StatusMethodNotAllowed, r.URL.Path+" is not for "+r.Method)
	})
	return r
}

// base are the routes that need no capability.
func (o Options) base(health healthRoute) []Route {
	streams := []string{http.MethodGet}
	all := overviewRoute{
		store: o.Store, clock: o.Clock, ports: o.Ports, instanceIP: o.InstanceIP, pulls: o.Pulls, keptApart: o.KeptApart,
		loadBalancers: o.LoadBalancers, repositories: o.Repositories, denials: o.Denials, closing: o.Closing, log: o.Log,
	}
	return slices.Concat(
		[]Route{{"health", reading, health.serve}},
		clockRoute{o.Clock, o.Advance, o.Log}.routes(),
		[]Route{
			{"overview", streams, all.serve},
			{"tasks", reading, taskRoute{o.Store, o.Ports, o.InstanceIP, o.Log}.serve},
			{"logs", streams, logRoute{o.Store, o.Logs, o.Closing, o.Log}.serve},
			{"exec", streams, execRoute{o.Store, o.Sessions, o.Log}.serve},
			{"events", streams, eventRoute{o.Store, o.StateChange, o.Closing}.serve},
			{"activity", streams, activityRoute{o.Store, o.Journal, o.Clock, o.Closing}.serve},
		},
	)
}
