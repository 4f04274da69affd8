// Package session runs programs in containers beside their own, as ECS Exec does: through a program of
// ours that lies there, read-only, and that the engine starts without a terminal of its own. The engine
// does not end a process whose client is gone, but it closes such a process's standard input.
// Source: recorded-exec.md X15.
package session

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/containers"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/frame"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/lazy"
	"github.com/ecs-emulator/ecs-emulator/internal/base/pause"
)

type Sessions struct {
	client     dockerapi.Client
	containers *containers.Store
	owner      label.Owner

	prepared lazy.Value[file] // the volume of this version's program
	open     sync.Map         // *Session to nothing
}

// New returns the sessions in the containers of an owner.
func New(client dockerapi.Client, containers *containers.Store, owner label.Owner) *Sessions {
	return &Sessions{client: client, containers: containers, owner: owner}
}

func (s *Sessions) Close() {
	s.open.Range(func(session, _ any) bool {
		_ = session.(*Session).Close()
		return true
	})
}

// Open starts a session in a container; see backend.Executor.
func (s *Sessions) Open(ctx context.Context, id string, spec backend.ExecSpec) (*Session, error) {
	found, err := s.containers.Inspect(ctx, id)
	switch {
	case err != nil:
		return nil, err
	case !found.State.Running || found.State.Restarting:
		return nil, backend.ErrNotRunning
	}
	volume := volumeOf(found)
	if volume == "" {
		return nil, backend.ErrNoExec
	}
	program, err := s.file(ctx)
	if err != nil {
		return nil, err
	}
	opened, err := s.start(ctx, id, program.path(), spec)
	if stopsNow(err) {
		return nil, backend.ErrNotRunning
	}
	if cannotRun(err) {
		if err := s.fill(ctx, volume, program); err != nil {
			return nil, fmt.Errorf("put the session program into volume %s: %w", volume, err)
		}
		opened, err = s.start(ctx, id, program.path(), spec)
	}
	if err != nil && ctx.Err() == nil && s.hasEnded(ctx, id) {
		return nil, backend.ErrNotRunning
	}
	return opened, err
}

// hasEnded reports whether a container does not run, for which the engine has many words.
func (s *Sessions) hasEnded(ctx context.Context, id string) bool {
	found, err := s.containers.Inspect(ctx, id)
	return err == nil && (!found.State.Running || found.State.Restarting)
}

// stopsNow reports whether a container's own program has ended, which the engine may not show yet.
// Source: containerd, init_state.go of its runc shim.
func stopsNow(err error) bool {
	return err != nil && strings.Contains(err.Error(), "cannot exec in a stopped state")
}

// cannotRun reports whether the engine could not run the program. Its volume has another version's or
// was pruned, or is being filled.
func cannotRun(err error) bool {
	var said *frame.NotFrameError
	return err != nil && (errors.As(err, &said) || strings.Contains(err.Error(), "OCI runtime"))
}

// start has the engine start the program, and returns once its command runs.
func (s *Sessions) start(ctx context.Context, id, path string, spec backend.ExecSpec) (*Session, error) {
	made, err := s.client.ExecCreate(ctx, id, client.ExecCreateOptions{
		User: "0", AttachStdin: true, AttachStdout: true, AttachStderr: true, Cmd: append([]string{path}, arguments(spec)...),
	})
	if err != nil {
		return nil, err
	}
	stream, err := s.client.ExecAttach(ctx, made.ID)
	if err != nil {
		return nil, err
	}
	opened := newSession(stream, func() (code int, ended bool) { return s.exitCode(made.ID) })
	keep := context.AfterFunc(ctx, func() { _ = opened.Close() })
	err = opened.awaitStart()
	if !keep() {
		err = ctx.Err()
	}
	if err != nil {
		_ = opened.Close()
		return nil, err
	}
	s.open.Store(opened, nil)
	go func() {
		defer s.open.Delete(opened)
		opened.receive()
	}()
	return opened, nil
}

// inspectTime bounds the question how a program ended.
const inspectTime = 10 * time.Second

// exitCode asks the engine how the program of a session ended, where it could not say so itself: it was
// killed, as a rule with its container, which may be gone.
func (s *Sessions) exitCode(id string) (code int, ended bool) {
	ctx, cancel := context.WithTimeout(context.Background(), inspectTime)
	defer cancel()
	for {
		found, err := s.client.ExecInspect(ctx, id, client.ExecInspectOptions{})
		switch {
		case cerrdefs.IsNotFound(err), cerrdefs.IsConflict(err): // with its container
			return killed, true
		case err != nil:
			return 0, false
		case !found.Running:
			return found.ExitCode, true
		}
		if pause.For(ctx, 20*time.Millisecond) != nil { // the engine may hear of the end of the output first
			return 0, false
		}
	}
}

// killed is the exit code of a program that SIGKILL ended.
const killed = 128 + 9

// arguments are the arguments of the program; see program/session.
func arguments(spec backend.ExecSpec) []string {
	switch t, to := spec.Terminal, spec.Forward; {
	case to != nil:
		return []string{"forward", cmp.Or(to.Host, "127.0.0.1"), strconv.Itoa(to.Port)}
	case t != nil:
		return append([]string{"terminal", strconv.Itoa(int(t.Columns)), strconv.Itoa(int(t.Rows))}, spec.Command...)
	default:
		return append([]string{"plain"}, spec.Command...)
	}
}
