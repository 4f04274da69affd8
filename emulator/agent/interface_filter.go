package agent

import (
	"context"
	"errors"
	"net/netip"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/emulator/arn"
	"github.com/ecs-emulator/ecs-emulator/emulator/filter"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
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

// tell has the engine know what is to pass now, unless it does.
func (all *interfaces) tell(ctx context.Context, i *netInterface) error {
	select {
	case i.telling <- struct{}{}:
		defer func() { <-i.telling }()
	case <-ctx.Done():
		return ctx.Err()
	}
	all.mu.Lock()
	sandbox, life, f := i.sandbox, i.life, all.wanted(i)
	done := sandbox == "" || i.known && i.told == f || i.host.unfiltered.Load()
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

// wanted is what the engine is to be told. A simulated one that has a filter finds out by
// itself what has become of it. The lock is held.
func (all *interfaces) wanted(i *netInterface) *backend.Filter {
	if !i.host.simulated.Load() || !i.set.read {
		all.filterOf(i.set)
	}
	switch {
	case i.set.open:
		return nil
	case i.host.simulated.Load():
		return i.set.handle
	}
	return i.set.filter
}

// cannotFilter says so once.
func (h *host) cannotFilter(err error) {
	if !h.unfiltered.Swap(true) {
		h.agent.Log.Warn("security groups are kept without effect: the engine cannot filter packets", "host", h.Name, "error", err)
	}
}

// filterOf is what a set lets pass. The lock is held.
func (all *interfaces) filterOf(set *groupSet) *backend.Filter {
	if !set.compiled {
		all.compile(set)
	}
	return set.filter
}

// compile looks at the rows. The lock is held.
func (all *interfaces) compile(set *groupSet) {
	tx := all.agent.Store.Read()
	var groups []*state.SecurityGroup
	for _, id := range set.groups {
		if g := tx.SecurityGroup(set.scope, id); g != nil {
			groups = append(groups, g)
		}
	}
	for _, key := range set.named {
		take(all.naming, key, set)
	}
	set.named = nil
	for _, id := range filter.Names(groups) {
		key := state.SecurityGroupKey(set.scope, id)
		set.named = append(set.named, key)
		put(all.naming, key, set)
	}
	f := filter.Compile(groups, peers{all, set.scope}, all.agent.SecurityGroups == GroupsStrict)
	if !filter.Equal(f, set.filter) {
		set.filter = f
	}
	set.open = f == nil
	set.read, set.compiled = true, true
}

// peers are those of the rules of an account and region.
type peers struct {
	all   *interfaces
	scope arn.Scope
}

// Members implements filter.Peers.
func (p peers) Members(group string) (list []netip.Addr) {
	for set := range p.all.having[state.SecurityGroupKey(p.scope, group)] {
		for i := range set.interfaces {
			list = append(list, i.address)
		}
	}
	return list
}

// PrefixList implements filter.Peers. There are AWS's own alone, whose services are not here.
func (peers) PrefixList(string) []netip.Prefix { return nil }

// run tells engines what has changed until ctx ends.
func (all *interfaces) run(ctx context.Context) {
	for {
		select {
		case <-all.wake:
		case <-ctx.Done():
			return
		}
		began := time.Now()
		all.pass(ctx)
		all.rest(ctx, time.Since(began))
	}
}

// A pass takes a share of the time: each member of a group that comes or goes concerns all
// others, so a thousand that come one after the other would mean a million calls.
const (
	restsPerPass = 5
	longestRest  = time.Second
)

// rest waits before the next pass, unless somebody waits for it.
func (all *interfaces) rest(ctx context.Context, took time.Duration) {
	pause := time.NewTimer(min(restsPerPass*took, longestRest))
	defer pause.Stop()
	select {
	case <-pause.C:
	case <-all.hurry:
	case <-ctx.Done():
	}
}

// pass compiles what is due, and tells the engine of it.
func (all *interfaces) pass(ctx context.Context) {
	all.mu.Lock()
	flight, due := all.flight, all.due
	all.flight, all.due = nil, map[*groupSet]struct{}{}
	var concerned []*netInterface
	for set := range due {
		for i := range set.interfaces {
			if i.sandbox != "" && (!i.known || i.told != all.wanted(i)) {
				concerned = append(concerned, i)
			}
		}
	}
	all.mu.Unlock()
	if flight != nil {
		defer flight.end()
	}
	var telling sync.WaitGroup
	defer telling.Wait()
	turns := make(chan struct{}, tellers)
	for _, i := range concerned {
		if ctx.Err() != nil {
			return
		}
		turns <- struct{}{}
		telling.Go(func() {
			defer func() { <-turns }()
			all.tellLater(ctx, i)
		})
	}
}

// tellers is how many sandboxes are told at once.
const tellers = 8

// tellLater tells an engine of a change, and tries again later if that fails.
func (all *interfaces) tellLater(ctx context.Context, i *netInterface) {
	call := all.agent.calls.begin(&chain{}, true)
	defer call.end()
	err := ignoreEnded(all.tell(call, i))
	if err == nil || ctx.Err() != nil || i.host.engineLost(err) { // it is told when the engine is back
		return
	}
	i.host.agent.Log.Warn("rules of security groups not applied; it is tried again", "owner", i.owner, "error", err)
	time.AfterFunc(retryPause, func() {
		all.mu.Lock()
		defer all.mu.Unlock()
		if ctx.Err() == nil && all.byOwner[i.owner] == i {
			all.mark(i.set)
		}
	})
}

// followGroups has the interfaces looked at that have a group whose rules change.
func (a *Agent) followGroups(ctx context.Context) error {
	for {
		key, err := a.groups.Next(ctx)
		if err != nil {
			return err
		}
		a.interfaces.rulesChanged(key)
		a.groups.Done(key)
	}
}

// notify puts a token into a channel that holds one.
func notify(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// join notes the network interface of a container instance.
func (m *machine) join(at place) {
	a := m.host.agent
	row := a.Store.Read().ContainerInstance(m.instance)
	if row == nil || a.InstanceGroups == nil {
		return
	}
	a.interfaces.join(m.host, m.instance, row.Scope(), a.InstanceGroups(row), at.ip)
}

// adoptInterface takes over a network interface that was found. The lock is held.
func (w *work) adoptInterface(found backend.Container, runs bool) {
	if w.view.plain || found.ID == "" || found.ID != w.view.status.SandboxID {
		return
	}
	all := w.host.agent.interfaces
	all.join(w.host, w.task.ARN, w.task.Scope(), w.task.Spec.SecurityGroups, found.IP)
	if runs {
		all.found(w.task.ARN, found.ID)
	}
}
