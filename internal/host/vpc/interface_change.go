package vpc

import (
	"context"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/host/enginecall"
)

// loop tells one engine what has changed there: one that does not answer keeps no other waiting. The lock of Interfaces
// protects what changes.
type loop struct {
	network *Networks
	wake    chan struct{} // holds a token while sets are due
	hurry   chan struct{} // holds one when a caller waits
	due     map[*groupSet]struct{}
	call    *enginecall.Call // of what is due
}

// loop is the one of an engine. The lock is held.
func (all *Interfaces) loop(of *Networks) *loop {
	l := all.loops[of]
	if l == nil {
		l = &loop{network: of, wake: make(chan struct{}, 1), hurry: make(chan struct{}, 1), due: map[*groupSet]struct{}{}}
		all.loops[of] = l
	}
	return l
}

// add has a set looked at.
func (l *loop) add(set *groupSet) {
	if l.call == nil {
		l.call = l.network.Engine.BeginCall(nil, enginecall.CutOff)
	}
	l.due[set] = struct{}{}
	notify(l.wake)
}

// Run tells an engine what has changed until ctx ends.
func (all *Interfaces) Run(ctx context.Context, of *Networks) {
	all.mu.Lock()
	l := all.loop(of)
	all.mu.Unlock()
	for {
		select {
		case <-l.wake:
		case <-ctx.Done():
			return
		}
		began := time.Now()
		all.pass(ctx, l)
		l.rest(ctx, time.Since(began))
	}
}

// A pass takes a share of the time: each member of a group that comes or goes concerns all
// others, so a thousand that come one after the other would mean a million calls.
const (
	restsPerPass = 5
	longestRest  = time.Second
)

// rest waits before the next pass, unless a caller waits for that.
func (l *loop) rest(ctx context.Context, took time.Duration) {
	pause := time.NewTimer(min(restsPerPass*took, longestRest))
	defer pause.Stop()
	select {
	case <-pause.C:
	case <-l.hurry:
	case <-ctx.Done():
	}
}

// Hurry has engines told at once of what has changed so far.
func (all *Interfaces) Hurry() {
	all.mu.Lock()
	defer all.mu.Unlock()
	for _, l := range all.loops {
		notify(l.hurry)
	}
}

// Hold keeps engines from being told until Release, so that they are told of many members
// together that are found one by one. Some of them alone would be too few.
func (all *Interfaces) Hold() {
	all.mu.Lock()
	defer all.mu.Unlock()
	all.held++
}

// Release ends a Hold.
func (all *Interfaces) Release() {
	all.mu.Lock()
	defer all.mu.Unlock()
	all.held--
	for _, l := range all.loops {
		notify(l.wake)
	}
}

// pass compiles what is due, and tells the engine of it.
func (all *Interfaces) pass(ctx context.Context, l *loop) {
	call, concerned := all.takeDue(l)
	if call != nil {
		defer call.End()
	}
	var telling sync.WaitGroup
	defer telling.Wait()
	turns := make(chan struct{}, tellers)
	for _, i := range concerned {
		if ctx.Err() != nil {
			return
		}
		turns <- struct{}{}
		telling.Add(1)
		over := sync.OnceFunc(func() { <-turns; telling.Done() })
		slow := time.AfterFunc(longestTurn, func() { all.leaveStuck(i); over() })
		if !i.network.Engine.Go(func() {
			defer over()
			defer slow.Stop()
			all.tellLater(ctx, i)
		}) {
			slow.Stop()
			over()
		}
	}
}

// leaveStuck has an interface left out until the call that is under way is over.
func (all *Interfaces) leaveStuck(i *netInterface) {
	all.mu.Lock()
	defer all.mu.Unlock()
	i.stuck = len(i.telling) > 0
}

// takeDue is the interfaces that the engine has to be told about.
func (all *Interfaces) takeDue(l *loop) (*enginecall.Call, []*netInterface) {
	all.mu.Lock()
	defer all.mu.Unlock()
	if all.held > 0 {
		return nil, nil
	}
	call, due := l.call, l.due
	l.call, l.due = nil, map[*groupSet]struct{}{}
	var concerned []*netInterface
	for set := range due {
		for i := range set.interfaces[l.network] {
			if i.sandbox != "" && !i.stuck && (!i.known || i.told != all.wanted(i)) {
				concerned = append(concerned, i)
			}
		}
	}
	return call, concerned
}

const (
	// tellers is how many sandboxes are told at once.
	tellers = 8
	// longestTurn bounds for how long one keeps others waiting. It may have been paused.
	longestTurn = 2 * time.Second
)

// tellLater tells an engine of a change, and tries again later if that fails.
func (all *Interfaces) tellLater(ctx context.Context, i *netInterface) {
	call := i.network.Engine.BeginCall(nil, enginecall.Finish)
	defer call.End()
	err := enginecall.IgnoreEnded(all.tell(call, i))
	if ctx.Err() != nil || err != nil && i.network.Engine.Lost(err) { // it is told when the engine is back
		return
	}
	all.mu.Lock()
	again, first := err != nil && !i.again, !i.failing
	i.again, i.failing = i.again || again, err != nil
	all.mu.Unlock()
	if !again {
		return
	}
	if first {
		i.network.Log.Warn("cannot apply the rules of security groups; retrying", "owner", i.owner, "error", err)
	}
	time.AfterFunc(enginecall.RetryPause, func() {
		all.mu.Lock()
		defer all.mu.Unlock()
		i.again = false
		if ctx.Err() == nil && all.byOwner[i.owner] == i {
			all.mark(i.set)
		}
	})
}

// notify puts a token into a channel that holds one.
func notify(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
