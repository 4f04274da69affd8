// Package metadata is what a container finds at 169.254.170.2: the metadata of its task,
// versions 2 to 4, its credentials, and the container agent's API.
//
//	GET $ECS_CONTAINER_METADATA_URI_V4/task
//
// Version 2 goes by the address that asks, the others by an id in the path, which is
// answered to the addresses of its own task, and of its container instance. At port 51678 of a
// container instance there is what its agent tells of all tasks. Answers and errors are those of the
// container agent, where Fargate's are not known to differ.
package metadata

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/gorilla/mux"
)

// Options are what the endpoints tell and do. What is nil is answered as something that the
// task does not have.
type Options struct {
	Store *store.Store
	Now   func() time.Time
	// Wall is the clock that the processes of containers see, and by which they are throttled.
	// Default time.Now.
	Wall func() time.Time
	Log  *slog.Logger

	// TasksAt returns the ARNs of the tasks whose containers ask from an address.
	TasksAt func(ctx context.Context, from netip.Addr) []string
	// Task is a task as its agent knows it, which may be ahead of the store.
	Task func(taskARN string) *state.Task
	// EndpointID is the id by which a container asks; an empty one belongs to no container.
	EndpointID func(t *state.Task, c *state.Container) string
	// EngineName is the name of a task's container on the engine.
	EngineName func(t *state.Task, container string) string
	// Inspect asks the engine about a task's container.
	Inspect func(ctx context.Context, taskARN, container string) (backend.Container, error)

	// Stats are the counters of a task's container.
	Stats       func(ctx context.Context, taskARN, container string) (backend.Stats, error)
	Credentials Credentials
	// CredentialsID is the id of the credentials of a task, or empty.
	CredentialsID func(taskARN string) string
	Protection    Protection
	// Rate bounds the requests of each client. The zero Rate is no bound.
	Rate Rate
}

// sandboxName is what the container agent calls the network namespace of a task.
const sandboxName = "~internal~ecs~pause"

// api answers the endpoints.
type api struct {
	Options
	samples *samples
}

func Handler(o Options) http.Handler {
	if o.Credentials == nil {
		o.Credentials = func(context.Context, string, netip.Addr) (*RoleCredentials, error) { return nil, ErrNoCredentials }
	}
	if o.CredentialsID == nil {
		o.CredentialsID = func(string) string { return "" }
	}
	if o.Wall == nil {
		o.Wall = time.Now
	}
	a := &api{Options: o}
	a.samples = newSamples(o.Wall, a.lives)
	routes := sync.OnceValue(a.routes) // each is an expression, which takes its time
	return newThrottle(o.Rate, o.Wall, a.client).limit(http.MaxBytesHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		routes().ServeHTTP(w, r)
	}), maxBody))
}

func (a *api) routes() http.Handler {
	r := mux.NewRouter() // cleans paths and answers unknown ones as the agent does
	a.routeIntrospection(r)
	r.Handle(credentialsV1, a.Credentials)
	r.Handle(credentialsV2, a.Credentials)
	r.Handle(credentialsV2+"/"+idInPath, a.Credentials)
	a.routeV2(r)
	a.routeV3(r)
	a.routeV4(r)
	a.routeStats(r)
	a.routeAgent(r)
	return r
}

// maxBody bounds the bodies of requests, of which the longest are those of faults. It is the
// emulator's own; no bound of the container agent is known.
const maxBody = 64 << 10

// anything but a slash; it may be empty, which is an id that no container has.
const idInPath = "{id:[^/]*}"

// lives reports whether a container is still there that a caller asked about.
func (a *api) lives(key sampleKey) bool {
	t := a.Task(key.taskARN)
	if t == nil {
		return false
	}
	of := t.Status.Container(key.container)
	return of != nil && of.EngineID == key.engineID && of.Phase == state.ContainerRunning
}
