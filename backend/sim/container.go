package sim

import (
	"cmp"
	"context"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/internal/ipam"
	"github.com/ecs-emulator/ecs-emulator/backend/sim/internal/daemon"
	"github.com/ecs-emulator/ecs-emulator/backend/sim/internal/load"
	"github.com/ecs-emulator/ecs-emulator/backend/sim/internal/logbuffer"
	"github.com/ecs-emulator/ecs-emulator/backend/sim/internal/logrouter"
	"github.com/ecs-emulator/ecs-emulator/backend/sim/internal/process"
	"github.com/ecs-emulator/ecs-emulator/backend/sim/internal/script"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// container is a container or the container that a sandbox is. All of it belongs
// to the engine's lock.
type container struct {
	engine *Engine // that runs it
	id     string
	name   string
	number uint64 // in the order of creation
	labels map[string]string
	spec   *containerSpec // nil for a sandbox
	box    *container     // the sandbox that it belongs to; of a sandbox its parent, or nil
	net    *namespace     // that it is in
	// Of a sandbox: the containers in its process namespace, whether it may have some in
	// that of IPC, and the names that it has for others.
	inside    []*container
	sharesIPC bool
	names     backend.Names

	state     backend.State
	exitCode  int
	oomKilled bool
	failure   string // why it could not start
	startedAt time.Time
	exitedAt  time.Time
	removed   bool

	meter load.Meter // of what it uses

	runs     int           // counts starts; tells a late timer that it is too late
	starting chan struct{} // closed when a start that takes time is over; else nil
	ended    chan struct{} // closed when the present run ends; nil while no call waits
	script   Script        // of the present or last run
	written  int           // lines of the script that are in the log
	life     Timer         // the script's next line or end
	term     *time.Timer   // the end of a stop that takes time
	health   health
	log      *logbuffer.Buffer // nil until there is output
	conns    map[io.Closer]struct{}
	sessions map[*process.Session]struct{}
	plane    *dataPlane // of a load balancer; else nil
}

// containerSpec is what the engine keeps of a ContainerSpec: what scripts see.
type containerSpec struct {
	image      string
	entryPoint []string
	command    []string
	env        []string
	workingDir string
	exec       bool // it may have sessions
	check      *backend.HealthCheck
	mounts     []backend.Mount // their sources are paths
	files      files           // of the engine
	names      backend.Names
	ports      []int             // that its definition maps
	controls   []string          // the names of its kernel parameters
	sends      *logrouter.Sender // its output to a log router; nil: it has another log driver
	router     *logrouter.Router // that it is; nil is none
	processes  *container        // the sandboxes whose namespaces it has; nil is none
	ipc        *container
}

// Create makes a container, stopped.
func (e *Engine) Create(ctx context.Context, spec backend.ContainerSpec) (string, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.reach(ctx); err != nil {
		return "", err
	}
	if c := e.names[spec.Name]; c != nil {
		if c.spec != nil {
			c.disk().put(spec.Files)
		}
		return c.sameAs(spec.Name, false)
	}
	image, err := e.images.Find(spec.Image)
	if err != nil {
		return "", err
	}
	if err := e.images.ExpectPlatform(spec.Image, image, spec.Platform); err != nil {
		return "", err
	}
	box, err := e.sandbox(spec.Sandbox)
	if err != nil {
		return "", err
	}
	if err := script.ApplyLabels(new(Script), spec.Labels); err != nil {
		return "", daemon.Errorf(nil, "%v", err)
	}
	if err := checkSpec(&spec); err != nil {
		return "", err
	}
	kept := &containerSpec{
		image:      spec.Image,
		entryPoint: slices.Clone(spec.EntryPoint),
		command:    slices.Clone(spec.Command),
		env:        slices.Clone(spec.Env),
		workingDir: spec.WorkingDir,
		exec:       spec.Exec,
		files:      e.files,
		names:      spec.Names,
		ports:      slices.Clone(spec.Ports),
		controls:   slices.Sorted(maps.Keys(spec.Sysctls)),
	}
	if kept.router, err = logrouter.New(spec.Router); err != nil {
		return "", daemon.Errorf(nil, "%v", err)
	}
	if spec.Joins != "" {
		kept.names = box.lend(spec.Names)
	}
	if err := e.shareNamespaces(kept, spec); err != nil {
		return "", err
	}
	if kept.mounts, err = e.mounts(spec); err != nil {
		return "", err
	}
	if spec.Health != nil {
		check := *spec.Health
		check.Test = slices.Clone(check.Test)
		kept.check = &check
	}
	c := &container{name: spec.Name, labels: maps.Clone(spec.Labels), spec: kept, box: box}
	if c.net, err = e.namespaceOf(c, spec); err != nil {
		return "", err
	}
	if err := e.add(c); err != nil {
		c.net.leave(c)
		return "", err
	}
	e.prepare(c, spec)
	if c.net.self == c {
		c.net.hostname = cmp.Or(spec.Names.Host, c.id[:12]) // as Docker names a container
	}
	if kept.processes != nil {
		kept.processes.inside = append(kept.processes.inside, c)
	}
	return c.id, nil
}

// sandbox finds a sandbox by its id.
func (e *Engine) sandbox(id string) (*container, error) {
	c := e.containers[id]
	if c == nil || c.spec != nil {
		return nil, noSuchContainer(id)
	}
	return c, nil
}

// add gives a new container its id and enters it in the books.
func (e *Engine) add(c *container) (err error) {
	if c.id, err = e.newID(); err != nil {
		return err
	}
	if c.name == "" {
		c.name = c.id[:12]
	}
	c.engine = e
	e.created++
	c.number = e.created
	c.state = backend.Created
	e.containers[c.id] = c
	e.names[c.name] = c
	return nil
}

// sameAs is the answer to a second create with a name.
func (c *container) sameAs(name string, isSandbox bool) (string, error) {
	if isSandbox != (c.spec == nil) {
		return "", daemon.Errorf(nil, "Conflict. The container name %q is already in use by container %q.", "/"+name, c.id)
	}
	return c.id, nil
}

// Inspect returns the state of one container.
func (e *Engine) Inspect(ctx context.Context, id string) (backend.Container, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	c, err := e.find(ctx, id)
	if err != nil {
		return backend.Container{}, err
	}
	return c.inspect(), nil
}

// List returns the containers that carry all labels, the oldest first.
func (e *Engine) List(ctx context.Context, labels map[string]string) ([]backend.Container, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.reach(ctx); err != nil {
		return nil, err
	}
	found := e.list(labels)
	list := make([]backend.Container, len(found))
	for i, c := range found {
		list[i] = c.inspect()
	}
	return list, nil
}

func (e *Engine) list(labels map[string]string) []*container {
	var found []*container
	for _, c := range e.containers {
		if carries(c.labels, labels) {
			found = append(found, c)
		}
	}
	sorting.By(found, func(a, b *container) int { return cmp.Compare(a.number, b.number) })
	return found
}

func carries(labels, wanted map[string]string) bool {
	for key, want := range wanted {
		if value, ok := labels[key]; !ok || value != want {
			return false
		}
	}
	return true
}

func (e *Engine) find(ctx context.Context, id string) (*container, error) {
	if err := e.reach(ctx); err != nil {
		return nil, err
	}
	c := e.containers[id]
	if c == nil {
		return nil, noSuchContainer(id)
	}
	return c, nil
}

func noSuchContainer(id string) error {
	return daemon.NotFoundf(backend.KindContainer, "No such container: %s", id)
}

func (c *container) inspect() backend.Container {
	seen := backend.Container{
		ID:        c.id,
		Name:      c.name,
		Labels:    maps.Clone(c.labels),
		Sandbox:   c.spec == nil,
		State:     c.state,
		ExitCode:  c.exitCode,
		OOMKilled: c.oomKilled,
		Error:     c.failure,
		Health:    c.health.state,
		StartedAt: c.startedAt,
		ExitedAt:  c.exitedAt,
	}
	if c.net.self == c && c.net.network != nil {
		seen.IP, seen.MAC = c.net.address, ipam.MAC(c.net.address)
	}
	if c.health.state == backend.Unhealthy {
		seen.LastCheck.ExitCode = c.health.code
	}
	if !seen.Sandbox {
		seen.Image, seen.SandboxID = c.spec.image, c.box.id
	}
	return seen
}

// Remove removes a container; one that runs is killed first.
func (e *Engine) Remove(ctx context.Context, id string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.reach(ctx); err != nil {
		return err
	}
	if c := e.containers[id]; c != nil {
		e.remove(c)
	}
	return nil
}

func (e *Engine) remove(c *container) {
	if c.state == backend.Running {
		e.end(c, killed, false)
	}
	c.removed = true
	c.net.leave(c)
	if c.spec != nil {
		c.leaveProcesses()
	}
	delete(e.containers, c.id)
	delete(e.names, c.name)
	e.files.removeBelow(containerPath(c.id))
}
