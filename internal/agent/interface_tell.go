package agent

import (
	"context"
	"errors"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// started has a sandbox let pass what it shall that has begun, which is without a filter,
// or was found.
func (all *interfaces) started(ctx context.Context, owner, sandbox string) error {
	all.mu.Lock()
	i := all.byOwner[owner]
	if i != nil && (i.known || i.sandbox != sandbox) {
		i.sandbox, i.known, i.told = sandbox, true, nil
		i.life++
	}
	all.mu.Unlock()
	if i == nil {
		return nil
	}
	return all.tell(ctx, i)
}

// found notes a sandbox that runs already. Nobody knows what it lets pass, unless it was
// told in this run.
func (all *interfaces) found(owner, sandbox string) {
	all.mu.Lock()
	defer all.mu.Unlock()
	i := all.byOwner[owner]
	if i == nil || i.sandbox == sandbox && i.known {
		return
	}
	i.sandbox, i.known = sandbox, false
	all.mark(i.set)
}

// ready returns when the engine has been told once what an interface lets pass: nothing
// begins there before. What has changed since is told without anybody waiting.
func (all *interfaces) ready(ctx context.Context, owner string) error {
	all.mu.Lock()
	i := all.byOwner[owner]
	told := i == nil || i.known
	all.mu.Unlock()
	if told {
		return nil
	}
	return all.tell(ctx, i)
}

// tell has the engine know what is to pass now, unless it does.
func (all *interfaces) tell(ctx context.Context, i *netInterface) error {
	select {
	case i.telling <- struct{}{}:
		defer all.hasTold(i)
	case <-ctx.Done():
		return ctx.Err()
	}
	all.mu.Lock()
	sandbox, life, f := i.sandbox, i.life, all.wanted(i)
	done := sandbox == "" || i.known && i.told == f || i.host.unfiltered.Load() != nil
	all.mu.Unlock()
	if done {
		return nil
	}
	err := i.host.Engine.SetFilter(ctx, sandbox, f)
	if errors.Is(err, backend.ErrNoFilter) {
		i.host.cannotFilter(err)
		return nil
	}
	all.mu.Lock()
	defer all.mu.Unlock()
	if i.life == life && i.sandbox == sandbox {
		i.known, i.told = err == nil, f
	}
	return err
}

// hasTold lets others tell, who have left an interface out while it was stuck.
func (all *interfaces) hasTold(i *netInterface) {
	all.mu.Lock()
	defer all.mu.Unlock()
	<-i.telling
	if i.stuck && all.byOwner[i.owner] == i {
		all.mark(i.set)
	}
	i.stuck = false
}

// cannotFilter says so once.
func (h *host) cannotFilter(err error) {
	if h.unfiltered.Swap(&err) == nil {
		h.agent.Log.Warn("security groups are kept without effect: the engine cannot filter packets", "host", h.Name, "error", err)
	}
}
