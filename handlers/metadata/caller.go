package metadata

import (
	"fmt"
	"net/http"
	"net/netip"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/serviceconnect/place"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskdefinition"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/taskdef"
	"github.com/gorilla/mux"
)

// caller is a container that asks, or with version 2 its task.
type caller struct {
	tx         *store.Tx
	task       *state.Task
	definition *types.TaskDefinition // nil where it has been deleted since
	resolved   taskdef.Resolved
	container  string
}

// address is where a request comes from.
func address(r *http.Request) netip.Addr {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return at.Addr().Unmap()
}

// client tells clients apart that are throttled each by itself: an address, and with
// containers that have that of their container instance the id they ask with as well. There
// the container agent sees them by addresses of their own. An id that none of the tasks has
// tells no callers apart: one that draws new ids would never be throttled.
func (a *api) client(r *http.Request) string {
	from := address(r)
	tasks := a.TasksAt(r.Context(), from)
	if len(tasks) == 1 {
		if t := a.Task(tasks[0]); t != nil && t.Spec.HasInterface() {
			return from.String()
		}
	}
	if id := askedID(r); id != "" && a.hasID(tasks, id) {
		return from.String() + " " + id
	}
	return from.String()
}

// hasID reports whether an id belongs to a container of one of the tasks, or to the
// credentials of one.
func (a *api) hasID(tasks []string, id string) bool {
	return slices.ContainsFunc(tasks, func(arn string) bool {
		if a.CredentialsID(arn) == id {
			return true
		}
		t := a.Task(arn)
		return t != nil && slices.ContainsFunc(t.Status.Containers, func(c state.Container) bool { return a.EndpointID(t, &c) == id })
	})
}

// byID finds the container with the id in the path among those that may ask from the address
// of the request, and for who has the network of a container instance among all of that: daemons
// there look at the others, as on AWS, where an id is answered to all that reach the agent. A task
// with a network interface of its own sees itself alone, which is a choice.
// Source: amazon-ecs-agent.
func (a *api) byID(r *http.Request) (caller, bool) {
	if c, found := a.ownByID(r); found {
		return c, true
	}
	return a.among(a.instanceTasks(a.instance(r)), mux.Vars(r)["id"])
}

// How answers say that no container has an id, or another one than the caller: the id follows.
const (
	noDockerID  = "unable to get docker ID from v3 endpoint ID: "
	noContainer = " handler: unable to get container ID from request: " + noDockerID
	noTask      = " handler: unable to get task arn from request: unable to get task Arn from v3 endpoint ID: "
)

// ofID answers requests of and about the container with the id in the path (byID); where there is none,
// with a status, and with a text before the id.
func (a *api) ofID(unknown int, lacks string, serve func(w http.ResponseWriter, r *http.Request, c *caller)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if c, found := a.byID(r); found {
			serve(w, r, &c)
		} else {
			a.answer(w, unknown, lacks+mux.Vars(r)["id"])
		}
	}
}

// ownByID finds it among those that may ask from the address alone: for what changes something.
func (a *api) ownByID(r *http.Request) (caller, bool) {
	var tasks []*state.Task
	for _, arn := range a.TasksAt(r.Context(), address(r)) {
		if t := a.Task(arn); t != nil {
			tasks = append(tasks, t)
		}
	}
	return a.among(tasks, mux.Vars(r)["id"])
}

// among finds the container with an id.
func (a *api) among(tasks []*state.Task, id string) (caller, bool) {
	for _, t := range tasks {
		for i := range t.Status.Containers {
			if c := &t.Status.Containers[i]; id != "" && a.EndpointID(t, c) == id {
				return a.caller(t, c.Name), true
			}
		}
	}
	return caller{}, false
}

// byAddress finds the task whose network interface has the address of the request.
func (a *api) byAddress(r *http.Request) (caller, error) {
	from := address(r)
	for _, arn := range a.TasksAt(r.Context(), from) {
		if t := a.Task(arn); t != nil && t.Spec.HasInterface() {
			return a.caller(t, ""), nil
		}
	}
	return caller{}, fmt.Errorf("unable to associate '%s' with task", from)
}

// ofAddress answers requests of the task with the address they come from (byAddress).
func (a *api) ofAddress(serve func(w http.ResponseWriter, r *http.Request, c *caller)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if c, err := a.byAddress(r); err == nil {
			serve(w, r, &c)
		} else {
			a.answer(w, http.StatusBadRequest, "Unable to get task arn from request: "+err.Error())
		}
	}
}

func (a *api) caller(t *state.Task, container string) caller {
	c := caller{tx: a.Store.Read(), task: t, container: container}
	row := taskdefinition.Find(c.tx, t.Scope(), t.Spec.Family, t.Spec.Revision)
	if row == nil {
		return c
	}
	c.definition = row.Definition()
	resolved, err := taskdef.ReapplyOverrides(c.definition, t.Spec.Overrides, t.Spec.LaunchType)
	if err != nil { // cannot be: it was accepted when the task was made
		a.Log.Error("cannot apply overrides: the metadata of a task is without them", "task", t.ARN, "error", err)
		resolved = taskdef.Resolved{Containers: c.definition.ContainerDefinitions}
	}
	resolved.Containers = place.WithProxy(resolved.Containers, t)
	c.resolved = resolved
	return c
}

// fargate reports whether the task runs on Fargate.
func (c *caller) fargate() bool { return c.task.OnFargate() }

func (c *caller) networkMode() types.NetworkMode {
	if c.task.Spec.HasInterface() {
		return types.NetworkModeAwsvpc
	}
	return c.task.Spec.NetworkMode
}

// containerDefinition is the definition of a container with its overrides; empty where it is gone.
func (c *caller) containerDefinition(name string) *types.ContainerDefinition {
	for i := range c.resolved.Containers {
		if d := &c.resolved.Containers[i]; d.Name != nil && *d.Name == name {
			return d
		}
	}
	return &types.ContainerDefinition{}
}

// dockerID is the id by which metadata names a container.
func (c *caller) dockerID(of *state.Container) string {
	if c.fargate() {
		return c.task.RuntimeID(of)
	}
	return of.EngineID
}
