package dataplane

import (
	"slices"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/flow"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/target"
)

// steerAgain is how long after a failure the kernel is told again: till then it may have rules
// that are not true any more.
const steerAgain = 5 * time.Second

// steerer tells the kernel in a goroutine of its own, of changes that come meanwhile together.
// The balancer's lock guards it.
type steerer struct {
	told   []balancer.FlowShare
	known  bool // told is what the kernel has, or soon will
	forget []balancer.TargetFlows
	busy   bool
	idle   chan struct{} // closed when it is busy no longer
	failed string
}

// steer has the kernel know what it is to lead. It is called with the lock held, after each
// change.
func (b *Balancer) steer() {
	s := &b.steers
	if b.options.Steer == nil || s.busy || b.closed {
		return
	}
	if s.known && len(s.forget) == 0 && slices.Equal(s.told, b.flowShares()) {
		return
	}
	s.busy, s.idle = true, make(chan struct{})
	b.running.Go(b.tellKernel)
}

// tellKernel goes on until there is nothing more to tell.
func (b *Balancer) tellKernel() {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := &b.steers
	defer func() {
		s.busy = false
		close(s.idle)
	}()
	for !b.closed {
		now := balancer.Steering{Shares: b.flowShares(), Forget: s.forget}
		if s.known && len(now.Forget) == 0 && slices.Equal(s.told, now.Shares) {
			return
		}
		s.forget = nil
		b.mu.Unlock()
		err := b.options.Steer(now)
		b.mu.Lock()
		s.told, s.known = now.Shares, err == nil
		if err != nil {
			if s.failed != err.Error() {
				b.options.Log.Warn("the kernel does not lead flows to targets; this process does", "err", err)
			}
			s.failed = err.Error()
			s.forget = append(now.Forget, s.forget...)
			time.AfterFunc(steerAgain, func() {
				b.mu.Lock()
				defer b.mu.Unlock()
				b.steer()
			})
			return
		}
	}
}

// Settle returns when the kernel knows what was set before, or has refused it.
func (b *Balancer) Settle() {
	b.mu.Lock()
	busy, idle := b.steers.busy, b.steers.idle
	b.mu.Unlock()
	if busy {
		<-idle
	}
}

// forgetFlows ends those of a target that is gone, unless it is one of another group.
func (b *Balancer) forgetFlows(protocol string, gone *target.Target) {
	if b.options.Steer == nil {
		return
	}
	for _, g := range b.groups {
		for _, t := range g.Targets {
			if t.Config.Addr == gone.Config.Addr {
				return
			}
		}
	}
	b.steers.forget = append(b.steers.forget, balancer.TargetFlows{Protocol: protocol, Target: gone.Config.Addr})
}

func (b *Balancer) flowShares() (shares []balancer.FlowShare) {
	for _, s := range b.sockets {
		shares = append(shares, flow.Shares(s.current.Load())...)
	}
	slices.SortStableFunc(shares, func(a, b balancer.FlowShare) int {
		if a.Port != b.Port {
			return int(a.Port) - int(b.Port)
		}
		return strings.Compare(a.Protocol, b.Protocol)
	})
	return shares
}
