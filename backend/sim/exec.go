package sim

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim/internal/process"
	"github.com/ecs-emulator/ecs-emulator/backend/sim/internal/shell"
)

var _ backend.Executor = (*Engine)(nil)

// Exec runs what the container's scripts say of a program, or what the engine knows of it; package
// shell lists the programs. One that nothing is known of tells so and exits with 127.
func (e *Engine) Exec(ctx context.Context, id string, spec backend.ExecSpec) (backend.Session, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	c, err := e.find(ctx, id)
	switch {
	case err != nil:
		return nil, err
	case c.state != backend.Running:
		return nil, backend.ErrNotRunning
	case c.spec == nil || !c.spec.exec:
		return nil, backend.ErrNoExec
	}
	run := c.runs
	program, err := e.program(c, spec)
	if err != nil {
		return nil, err
	}
	if c.state != backend.Running || c.runs != run {
		return nil, backend.ErrNotRunning
	}
	session := process.Start(process.Spec{
		Clock: process.Clock{Now: e.clock.Now, AfterFunc: func(d time.Duration, f func()) func() bool {
			return e.clock.AfterFunc(d, f).Stop
		}},
		Terminal: spec.Terminal,
		Args:     slices.Clone(spec.Command),
		Env:      slices.Clone(c.spec.env),
		Dir:      cmp.Or(c.spec.workingDir, "/"),
		Ended: func(s *process.Session) {
			e.mu.Lock()
			defer e.mu.Unlock()
			delete(c.sessions, s)
		},
	}, program)
	if c.sessions == nil {
		c.sessions = map[*process.Session]struct{}{}
	}
	c.sessions[session] = struct{}{}
	return session, nil
}

// program is what a session runs. It gives up the lock, which programs take.
func (e *Engine) program(c *container, spec backend.ExecSpec) (process.Program, error) {
	if spec.Forward != nil {
		return e.forwards(c, *spec.Forward), nil
	}
	world := shell.Container{Environment: locked{e, c.environment()}, Scripted: c.script.Exec}
	e.mu.Unlock()
	defer e.mu.Lock()
	return world.Find(spec.Command)
}

// endSessions ends those of a run that is over.
func (c *container) endSessions() {
	for session := range c.sessions {
		session.Kill()
	}
	c.sessions = nil
}

// loseSessions ends those whose callers the engine has left.
func (e *Engine) loseSessions(err error) {
	for _, c := range e.containers {
		for session := range c.sessions {
			session.Lose(err)
		}
	}
}

// locked is the environment of programs that run beside the engine's own calls.
type locked struct {
	engine *Engine
	environment
}

func (l locked) Hostname() string {
	l.engine.mu.Lock()
	defer l.engine.mu.Unlock()
	return l.environment.Hostname()
}

func (l locked) Reaches(host string, port int, udp bool) bool {
	l.engine.mu.Lock()
	defer l.engine.mu.Unlock()
	return l.environment.Reaches(host, port, udp)
}

func (l locked) ReadFile(path string) ([]string, bool) {
	l.engine.mu.Lock()
	defer l.engine.mu.Unlock()
	return l.environment.ReadFile(path)
}

func (l locked) WriteFile(path, text string) bool {
	l.engine.mu.Lock()
	defer l.engine.mu.Unlock()
	return l.environment.WriteFile(path, text)
}
