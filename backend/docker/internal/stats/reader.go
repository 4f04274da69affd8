// Package stats reads what containers use: from the files of the kernel that the sandbox program
// sees, and from the engine.
package stats

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/command"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/containers"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/errand"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/groupfile"
)

type Host struct {
	Memory int64 // in bytes
	// Groups: the sandbox program sees the control groups of its containers.
	Groups bool
}

// Reader reads what containers use.
type Reader struct {
	kernel     groupfile.Kernel
	sees       atomic.Bool // groups of the engine's containers, by itself
	helper     *helper     // nil is none
	client     dockerapi.Client
	containers *containers.Store
	commands   *command.Commands
	host       func(context.Context) (Host, error)
	log        *slog.Logger
	samples    *samples
	ledOut     func(ctx context.Context, sandboxID string) (bool, error)
	interfaces sync.Map // sandbox id to the name of its interface in the VPC, where it has another one that leads out
}

// Options are what a Reader needs; all are required.
type Options struct {
	Client     dockerapi.Client
	Containers *containers.Store
	Commands   *command.Commands
	Errands    *errand.Runner
	Host       func(context.Context) (Host, error)
	// LedOut says whether a sandbox leads out of its VPC by a bridge of the engine.
	LedOut  func(ctx context.Context, sandboxID string) (bool, error)
	Closing context.Context // ends requests to the engine
	Log     *slog.Logger
}

// New returns a reader for an engine.
func New(o Options) *Reader {
	r := &Reader{client: o.Client, containers: o.Containers, commands: o.Commands, host: o.Host, ledOut: o.LedOut, log: o.Log, kernel: groupfile.Here}
	r.helper = &helper{errands: o.Errands, commands: o.Commands, log: o.Log, turn: semaphore.NewWeighted(1)}
	r.samples = newSamples(o.Closing, r.EngineStats)
	return r
}

// Close removes the container that looks at control groups, if there is one. The next question makes another.
func (r *Reader) Close(ctx context.Context) {
	if r.helper == nil {
		return
	}
	if id := r.helper.end(); id != "" {
		if err := r.containers.Remove(ctx, id); err != nil { // it goes with everything else of the owner
			r.log.Debug("container that reads control groups not removed", "container", id, "error", err)
		}
	}
}

// Forget forgets a container that is gone.
func (r *Reader) Forget(id string) {
	r.samples.forget(id)
	r.interfaces.Delete(id)
}

// Restarts forgets what may be otherwise in the next life of a sandbox.
func (r *Reader) Restarts(sandboxID string) { r.interfaces.Delete(sandboxID) }

// Stats tells what a container of the owner's uses; see backend.Engine. The sandbox program sees the
// control groups of its containers, and the counters of its own network namespace, so a read is no
// request to the engine. The engine is asked where the program does not see them, and for the counters
// of a container with a network of its own, whose namespace no sandbox has.
func (r *Reader) Stats(ctx context.Context, id string) (backend.Stats, error) {
	its, err := r.containers.Facts(ctx, id)
	if err != nil {
		return backend.Stats{}, dockerapi.Classify(err)
	}
	host, err := r.host(ctx)
	if err != nil {
		return backend.Stats{}, dockerapi.Classify(err)
	}
	files, err := r.groupFiles(ctx, id, its, host)
	if err != nil {
		return backend.Stats{}, dockerapi.Classify(err)
	}
	var s backend.Stats
	if files == nil {
		s, err = r.runningSample(ctx, id)
	} else {
		s, err = files.stats(host.Memory)
	}
	if err != nil {
		return s, dockerapi.Classify(err)
	}
	s.ID, s.Name = id, "/"+its.Name // Docker 28 does not tell them where it is asked for one sample
	switch interfacesOf(its) {
	case ownInterfaces:
		if files != nil {
			// Without them there is still all else, at once.
			if sample, err := r.samples.take(ctx, id, networkPatience); err == nil {
				s.Networks, s.NetworksRead = sample.Networks, sample.NetworksRead
			}
		}
	case sandboxInterfaces:
		if files != nil {
			s.Networks, s.NetworksRead = files.networks(), s.Read
		}
		s.Networks = r.ofVPC(ctx, its, s.Networks)
	default:
		s.Networks, s.NetworksRead = nil, time.Time{}
	}
	return s, nil
}

// runningSample is the engine's own of a container, if that runs.
func (r *Reader) runningSample(ctx context.Context, id string) (backend.Stats, error) {
	found, err := r.containers.Inspect(ctx, id)
	switch {
	case err != nil:
		return backend.Stats{}, err
	case !found.State.Running:
		r.samples.forget(found.ID)
		return backend.Stats{}, notRunning(id)
	}
	return r.samples.take(ctx, found.ID, samplePatience)
}

// groupFiles has the sandbox program read what a container uses; nil if it cannot.
func (r *Reader) groupFiles(ctx context.Context, id string, its containers.Facts, host Host) (groupFiles, error) {
	sandbox := cmp.Or(its.Bound, its.Joins)
	if sandbox == "" || its.Name == "" || !host.Groups {
		return nil, nil
	}
	answer, err := r.commands.Ask(ctx, sandbox, "stats "+id)
	switch {
	case errors.Is(err, backend.ErrNoSandbox) || err == nil:
		files, _ := parseGroupFiles(answer)
		return files, nil
	case ctx.Err() != nil || dockerapi.Lost(err):
		return nil, err
	}
	r.log.Debug("counters not read", "container", id, "sandbox", sandbox, "error", err)
	return nil, nil
}

// interfaces says where the network counters of a container come from.
type interfaces int

const (
	// noInterfaces: it has none, or those of a sandbox that is not its own.
	noInterfaces interfaces = iota
	// sandboxInterfaces are the interfaces of its sandbox, or its own if it is one.
	sandboxInterfaces
	ownInterfaces
)

func interfacesOf(its containers.Facts) interfaces {
	switch {
	case its.Joins != "" && its.Bound == "":
		return sandboxInterfaces
	case its.Joins == "" && its.Networked:
		return ownInterfaces
	default:
		return noInterfaces
	}
}

// HideGroups has this process see no control groups; for tests.
func (r *Reader) HideGroups() {
	r.kernel.Groups = "/nonexistent"
	r.sees.Store(false)
}

// LoseHelper has the reader do without the container that sees them; for tests.
func (r *Reader) LoseHelper() { r.helper = nil }
