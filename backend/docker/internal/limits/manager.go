package limits

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/container"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/command"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/containers"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/lazy"
)

// Manager is the cgroup manager: it bounds the sandboxes of an engine as a whole. Where the engine
// cannot, it does so with a container in which the sandbox program sets limits of control groups: that
// has those of the engine's host, wherever this process runs.
type Manager struct {
	Options
	started     lazy.Value[trial]
	saidUnbound atomic.Value // why sandboxes are not bounded, as the log has it; a string
}

// Options are what a Manager needs; all are required.
type Options struct {
	Client     dockerapi.Client
	Containers *containers.Store
	Commands   *command.Commands
	Owner      label.Owner
	Local      bool // the engine's socket is on this machine
	Log        *slog.Logger
	// Support says how the engine lays out control groups; Known says it if that is known without
	// a request to the engine.
	Support func(context.Context) (Support, error)
	Known   func() (_ Support, known bool)
}

// New returns the cgroup manager of an owner.
func New(o Options) *Manager { return &Manager{Options: o} }

// trial is the outcome of starting the container and of setting a limit with it.
type trial struct {
	id     string // of the container
	whyNot string // limits cannot be set; the engine goes on without
	at     time.Time
}

// retryTime is after how long a trial that failed is repeated, with the next sandbox: the engine may
// have been short of something, or its host has been mended.
const retryTime = 10 * time.Minute

// usable is the latest trial, repeated if that is due.
func (m *Manager) usable(ctx context.Context) (trial, error) {
	g, err := m.started.Get(ctx, m.start)
	if err != nil || g.whyNot == "" || time.Since(g.at) < retryTime {
		return g, err
	}
	m.started.Reset()
	g, err = m.started.Get(ctx, m.start)
	if err == nil && g.whyNot == "" {
		m.Log.Info("limits of tasks and container instances now bound the sum of their containers")
	}
	return g, err
}

// Binding is how new sandboxes are bound on this engine. It tries whether limits can be set.
func (m *Manager) Binding(ctx context.Context) (Binding, error) {
	known, err := m.Support(ctx)
	if err != nil || known.Binding != Managed {
		return known.Binding, err
	}
	g, err := m.usable(ctx)
	if err != nil || g.whyNot != "" {
		return Unbound, err
	}
	return Managed, nil
}

// Hold reports whether the limits of a sandbox hold for the sum of its containers, as
// far as that is known, or why not.
func (m *Manager) Hold(known Support) (hold bool, whyNot string) {
	if known.Binding != Managed {
		return known.Binding == Nested, known.WhyNot
	}
	g, _ := m.started.Peek()
	return g.whyNot == "", g.whyNot
}

func (m *Manager) name() string { return m.Owner.ResourceName("governor") }

// create makes the container. One of an earlier run may have another version's program.
func (m *Manager) create(ctx context.Context, g Layout) (made containers.Created, err error) {
	for range 2 {
		made, err = m.Containers.CreateFrom(ctx, containers.SandboxImage, containers.Creation{Name: m.name(), CreateRequest: m.request(g)})
		if err != nil || made.Fresh {
			break
		}
		err = m.Containers.Remove(ctx, made.ID)
	}
	return made, err
}

// start starts the container and tries it on a group that nothing is in.
func (m *Manager) start(ctx context.Context) (trial, error) {
	known, err := m.Support(ctx)
	if err != nil {
		return trial{}, err
	}
	name := m.name()
	group := known.Layout.ParentOf("", name)
	made, err := m.create(ctx, known.Layout)
	if err == nil {
		err = m.Client.ContainerStart(ctx, made.ID)
	}
	if err == nil {
		err = m.Commands.Exec(ctx, made.ID, limitWords(group, container.Resources{Memory: 64 << 20, MemorySwap: 64 << 20, CPUQuota: CPUPeriod, CPUShares: 1024})...)
	}
	if err == nil {
		err = m.Commands.Exec(ctx, made.ID, "drop", group)
	}
	switch {
	case err == nil:
		return trial{id: made.ID}, nil
	case dockerapi.Lost(err) || ctx.Err() != nil:
		return trial{}, err
	}
	if removed := m.Containers.Remove(ctx, name); removed != nil {
		m.Log.Debug("cgroup manager not removed", "container", name, "error", removed)
	}
	g := trial{whyNot: fmt.Sprintf("limits of %s cannot be set: %v", known.Layout, err), at: time.Now()}
	m.WarnUnbound(g.whyNot)
	return g, nil
}

// WarnUnbound tells the log why sandboxes are not bounded as a whole, once for a reason.
func (m *Manager) WarnUnbound(why string) {
	if m.saidUnbound.Swap(why) == why {
		return
	}
	m.Log.Warn("cannot limit a task or container instance as a whole: each of its containers is limited by itself", "reason", why)
}

// request asks for the rights of the host's root on control groups alone. Hosts that confine
// containers by labels (SELinux) or by a user namespace have to be told.
func (m *Manager) request(g Layout) container.CreateRequest {
	host := &container.HostConfig{
		NetworkMode: "none", CgroupnsMode: container.CgroupnsModeHost, UsernsMode: "host",
		SecurityOpt: []string{"label=disable"},
		LogConfig:   container.LogConfig{Type: "none"},
		Binds:       []string{"/sys/fs/cgroup:/sys/fs/cgroup"},
	}
	if g.Driver == "systemd" {
		// The folder, since systemd makes its socket anew.
		host.Binds = append(host.Binds, "/run/systemd:/run/systemd")
	}
	return container.CreateRequest{Config: &container.Config{NetworkDisabled: true, Labels: m.Owner.Labels(label.CgroupManager, nil)}, HostConfig: host}
}

// run has the container do something. One that has been removed is started again.
func (m *Manager) run(ctx context.Context, words ...string) error {
	for again := true; ; again = false {
		g, err := m.started.Get(ctx, m.start)
		if err == nil && g.whyNot != "" {
			err = errors.New(g.whyNot)
		}
		if err != nil {
			return err
		}
		err = m.Commands.Exec(ctx, g.id, words...)
		if err == nil || !again || !cerrdefs.IsNotFound(err) && !cerrdefs.IsConflict(err) {
			return err
		}
		m.started.Reset()
	}
}

// Limit gives the group of a sandbox its limits before anything runs in it, where the engine does
// not.
func (m *Manager) Limit(ctx context.Context, group string, own container.Resources) error {
	if !isManaged(group) {
		return nil
	}
	if err := m.run(ctx, limitWords(group, own)...); err != nil {
		return fmt.Errorf("set the limits of a task: %w", err)
	}
	return nil
}

// Drop removes the group of a sandbox that is gone. One that stays bounds nothing.
func (m *Manager) Drop(ctx context.Context, group string) {
	if !isManaged(group) {
		return
	}
	if err := m.run(ctx, "drop", group); err != nil {
		m.Log.Warn("control group of a sandbox that is gone not removed", "group", group, "error", err)
	}
}

// Close removes the container, be it of an earlier run that was killed. The next sandbox starts
// another.
func (m *Manager) Close(ctx context.Context) error {
	if known, asked := m.Known(); !asked || known.Binding != Managed {
		return nil
	}
	m.started.Reset()
	return dockerapi.Classify(m.Containers.Remove(ctx, m.name()))
}

// TriedBefore has the last trial be as long ago; for tests.
func (m *Manager) TriedBefore(d time.Duration) {
	t, _ := m.started.Peek()
	t.at = time.Now().Add(-d)
	m.started.Set(t)
}
