package containerinstance

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/ecs-emulator/ecs-emulator/internal/host/enginecall"
)

// CutOff drops all that comes to the container instance and its tasks and all that they send, or
// no longer does. It holds for what they get later as well, and until the end of this run.
func (m *Instance) CutOff(ctx context.Context, cut bool) error {
	m.mu.Lock()
	if m.cutOff == cut {
		m.mu.Unlock()
		return nil
	}
	m.cutOff = cut
	m.wanted++
	tasks := maps.Clone(m.interfaces)
	m.mu.Unlock()
	errs := []error{enginecall.IgnoreEnded(m.Direct(ctx))}
	for task, sandbox := range tasks {
		if err := enginecall.IgnoreEnded(m.directTask(ctx, sandbox)); err != nil {
			errs = append(errs, fmt.Errorf("task %s: %w", task, err))
		}
	}
	return errors.Join(errs...)
}

// Attach notes the network interface of a task, which is cut off with the container instance and finds its daemons.
func (m *Instance) Attach(ctx context.Context, task, sandbox string) error {
	m.mu.Lock()
	m.interfaces[task] = sandbox
	led := m.cutOff || m.daemons
	m.mu.Unlock()
	if !led {
		return nil
	}
	return m.directTask(ctx, sandbox)
}

// FoundInterface notes one that was found on the engine.
func (m *Instance) FoundInterface(task, sandbox string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.interfaces[task] != sandbox {
		m.interfaces[task] = sandbox
		m.unsure = append(m.unsure, sandbox)
	}
}

// directUnsure tells the engine of those that a killed emulator may have left cut off.
func (m *Instance) directUnsure(ctx context.Context) error {
	m.mu.Lock()
	unsure := m.unsure
	m.unsure = nil
	m.mu.Unlock()
	for i, sandbox := range unsure {
		if err := enginecall.IgnoreEnded(m.directTask(ctx, sandbox)); err != nil {
			m.mu.Lock()
			m.unsure = append(m.unsure, unsure[i:]...)
			m.mu.Unlock()
			return err
		}
	}
	return nil
}

// directTask tells the engine whether a task's network interface is cut off, and where its daemons are.
func (m *Instance) directTask(ctx context.Context, sandbox string) error {
	if err := m.directing.Acquire(ctx, 1); err != nil {
		return err
	}
	defer m.directing.Release(1)
	m.mu.Lock()
	t := m.ofTask(m.place.IP)
	m.mu.Unlock()
	return m.all.Engine.SetTraffic(ctx, sandbox, t)
}
