package stats

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/moby/moby/api/types/container"
	"golang.org/x/sync/semaphore"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/command"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/containers"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/errand"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/lazy"
)

// helper is a container in which the sandbox program sees the control groups and processes of the engine's host, for a process
// that does not: one for all containers. It is made when it is first asked.
type helper struct {
	errands  *errand.Runner
	commands *command.Commands
	log      *slog.Logger
	turn     *semaphore.Weighted // of one caller: another would replace a container that has just been made again
	began    lazy.Value[attempt]
}

// attempt is the outcome of starting the container.
type attempt struct {
	id       string // empty: it could not be started
	failedAt time.Time
}

// retryTime is after how long an attempt that failed is repeated: the engine may have been short of something.
const retryTime = 10 * time.Minute

// helperMemory bounds the container, whose program keeps nothing.
const helperMemory = 64 << 20

// helperRequest has the container look, and no more. Hosts that confine containers by labels (SELinux) or by a user namespace have to
// be told. The namespace of processes leads to the network of each, whose counters no group has.
func helperRequest() *container.HostConfig {
	return &container.HostConfig{
		CgroupnsMode: container.CgroupnsModeHost, PidMode: "host", UsernsMode: "host", ReadonlyRootfs: true, CapDrop: []string{"ALL"},
		SecurityOpt: []string{"label=disable", "no-new-privileges"},
		Binds:       []string{"/sys/fs/cgroup:/sys/fs/cgroup:ro"},
		Resources:   container.Resources{Memory: helperMemory, MemorySwap: helperMemory},
	}
}

// running is the container, or empty where it cannot be started.
func (h *helper) running(ctx context.Context) (id string, err error) {
	a, err := h.began.Get(ctx, h.begin)
	if err == nil && a.id == "" && time.Since(a.failedAt) >= retryTime {
		h.began.Reset()
		a, err = h.began.Get(ctx, h.begin)
	}
	return a.id, err
}

func (h *helper) begin(ctx context.Context) (attempt, error) {
	id, err := h.errands.Begin(ctx, helperRequest(), "groups")
	switch {
	case err == nil:
		return attempt{id: id}, nil
	case dockerapi.Lost(err) || ctx.Err() != nil:
		return attempt{}, err
	}
	h.log.Debug("the control groups of the engine's host are out of sight: tasks are asked one by one", "error", err)
	return attempt{failedAt: time.Now()}, nil
}

// ask asks about containers, and returns the answers that came. A container that has been removed is made again.
func (h *helper) ask(ctx context.Context, questions []string) (answers []string) {
	if err := h.turn.Acquire(ctx, 1); err != nil {
		return nil
	}
	defer h.turn.Release(1)
	for again := true; ; again = false {
		id, err := h.running(ctx)
		if err == nil && id != "" {
			answers, err = h.commands.AskAndHangUp(ctx, id, questions)
		}
		switch {
		case err == nil:
			return answers
		case errors.Is(err, backend.ErrNoSandbox) && again:
			h.began.Reset()
			h.errands.End(ctx, id) // it may have ended by itself
			continue
		case ctx.Err() == nil:
			h.log.Debug("counters not read", "container", id, "error", err)
		}
		return answers
	}
}

// end forgets the container and returns it, or empty if there is none.
func (h *helper) end() (id string) {
	a, _ := h.began.Peek()
	h.began.Reset()
	return a.id
}

// question is that about a container; see the sandbox program's file stats.go.
func question(id string, its containers.Facts) string {
	words := "group " + id
	if its.CgroupParent != "" {
		words += " parent=" + its.CgroupParent
	}
	if interfacesOf(its) != noInterfaces {
		words += " network"
	}
	return words
}

// TriedBefore has the last attempt to start the container be as long ago; for tests.
func (r *Reader) TriedBefore(d time.Duration) {
	a, _ := r.helper.began.Peek()
	a.failedAt = time.Now().Add(-d)
	r.helper.began.Set(a)
}
