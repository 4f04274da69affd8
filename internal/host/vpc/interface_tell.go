package vpc

import (
	"context"
	"errors"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// Started has the sandbox of an owner let pass what it shall, which has begun without a filter.
// It returns when the engine has been told.
func (all *Interfaces) Started(ctx context.Context, owner string, sandbox backend.Container) error {
	all.mu.Lock()
	i := all.byOwner[owner]
	if i != nil && i.isAnother(sandbox) {
		i.known, i.told = true, nil
	}
	all.mu.Unlock()
	if i == nil {
		return nil
	}
	return all.tell(ctx, i)
}

// Found notes a sandbox that runs already. What it lets pass is not known, unless it was told
// in this run and in this life.
func (all *Interfaces) Found(owner string, sandbox backend.Container) {
	all.mu.Lock()
	defer all.mu.Unlock()
	i := all.byOwner[owner]
	if i == nil {
		return
	}
	if i.isAnother(sandbox) {
		i.known = false
	}
	if !i.known {
		all.mark(i.set)
	}
}

// isAnother takes over the sandbox of an interface, and reports whether it is another one than it was, or
// the same in another life. The lock is held.
func (i *netInterface) isAnother(sandbox backend.Container) bool {
	if i.sandbox == sandbox.ID && SameLife(i.since, sandbox.StartedAt) {
		return false
	}
	i.sandbox, i.since = sandbox.ID, sandbox.StartedAt
	i.life++
	return true
}

// Ready returns when the engine has been told once what the interface of an owner lets pass:
// nothing begins there before. It does not wait for what has changed since.
func (all *Interfaces) Ready(ctx context.Context, owner string) error {
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
func (all *Interfaces) tell(ctx context.Context, i *netInterface) error {
	select {
	case i.telling <- struct{}{}:
		defer all.hasTold(i)
	case <-ctx.Done():
		return ctx.Err()
	}
	all.mu.Lock()
	sandbox, life, f := i.sandbox, i.life, all.wanted(i)
	done := sandbox == "" || i.known && i.told == f || i.network.unfiltered.Load() != nil
	all.mu.Unlock()
	if done {
		return nil
	}
	err := i.network.Engine.SetFilter(ctx, sandbox, f)
	if errors.Is(err, backend.ErrNoFilter) {
		i.network.cannotFilter(err)
		return nil
	}
	all.mu.Lock()
	defer all.mu.Unlock()
	if i.life == life && i.sandbox == sandbox {
		i.known, i.told = err == nil, f
	}
	return err
}

// hasTold lets others tell, which have left an interface out while it was stuck.
func (all *Interfaces) hasTold(i *netInterface) {
	all.mu.Lock()
	defer all.mu.Unlock()
	<-i.telling
	if i.stuck && all.byOwner[i.owner] == i {
		all.mark(i.set)
	}
	i.stuck = false
}

// cannotFilter says so once.
func (n *Networks) cannotFilter(err error) {
	if n.unfiltered.Swap(&err) == nil {
		n.Log.Warn("security groups have no effect, because the engine cannot filter packets: its kernel needs nf_tables", "error", err)
	}
}
