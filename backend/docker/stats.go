package docker

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/containers"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
)

// Stats implements backend.Engine. The sandbox program sees the control groups of its
// containers, and the counters of its own network namespace, so a read is no request to the
// engine. That is asked where the program does not see them, and for the counters of a
// container with a network of its own, whose namespace nobody else has.
func (e *Engine) Stats(ctx context.Context, id string) (backend.Stats, error) {
	its, err := e.containers.Facts(ctx, id)
	if err != nil {
		return backend.Stats{}, dockerapi.Classify(err)
	}
	files, err := e.groupFiles(ctx, id, its)
	if err != nil {
		return backend.Stats{}, dockerapi.Classify(err)
	}
	var s backend.Stats
	if files == nil {
		s, err = e.runningSample(ctx, id)
	} else {
		s, err = e.statsOf(files)
	}
	if err != nil {
		return s, dockerapi.Classify(err)
	}
	s.ID, s.Name = id, "/"+its.Name // Docker 28 does not tell them where it is asked for one sample
	switch interfacesOf(its) {
	case ownInterfaces:
		if files != nil {
			// Without them there is still all else, at once.
			if sample, err := e.samples.take(ctx, id, networkPatience); err == nil {
				s.Networks, s.NetworksRead = sample.Networks, sample.NetworksRead
			}
		}
	case sandboxInterfaces:
		if files != nil {
			s.Networks, s.NetworksRead = files.networks(), s.Read
		}
	default:
		s.Networks, s.NetworksRead = nil, time.Time{}
	}
	return s, nil
}

// statsOf are what a container's files tell.
func (e *Engine) statsOf(files groupFiles) (backend.Stats, error) {
	known, _ := e.facts.Peek() // there is one since the sandbox was made
	return files.stats(known.memory)
}

// runningSample is the engine's own of a container, if that runs.
func (e *Engine) runningSample(ctx context.Context, id string) (backend.Stats, error) {
	found, err := e.containers.Inspect(ctx, id)
	switch {
	case err != nil:
		return backend.Stats{}, err
	case !found.State.Running:
		e.samples.forget(found.ID)
		return backend.Stats{}, notRunning(id)
	}
	return e.samples.take(ctx, found.ID, samplePatience)
}

// groupFiles has the sandbox program read what a container uses; nil if it cannot.
func (e *Engine) groupFiles(ctx context.Context, id string, its containers.Facts) (groupFiles, error) {
	sandbox := cmp.Or(its.Bound, its.Joins)
	known, err := e.engineFacts(ctx)
	if err != nil || sandbox == "" || its.Name == "" || known.binding == unbound {
		return nil, err
	}
	answer, err := e.ask(ctx, sandbox, "stats "+id)
	switch {
	case errors.Is(err, backend.ErrNoSandbox) || err == nil:
		files, _ := parseGroupFiles(answer)
		return files, nil
	case ctx.Err() != nil || dockerapi.Lost(err):
		return nil, err
	}
	e.log.Debug("counters not read", "container", id, "sandbox", sandbox, "error", err)
	return nil, nil
}

// interfaces is whose a container's network counters are.
type interfaces int

const (
	// noInterfaces: it has none, or those of a sandbox that is not its own.
	noInterfaces interfaces = iota
	// sandboxInterfaces are those of its sandbox, or its own if it is one.
	sandboxInterfaces
	// ownInterfaces are on a network of its own.
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
