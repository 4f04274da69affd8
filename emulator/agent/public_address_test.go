package agent

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"sync"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/emulator/state"
)

// runPublic runs a task that asks for a public address.
func (b *bench) runPublic() (id, address string) {
	b.Helper()
	b.publicly = true
	defer func() { b.publicly = false }()
	id = b.run(container("web"))
	return id, b.publicAddress(id)
}

// publicAddress is that of a task, or empty.
func (b *bench) publicAddress(id string) string {
	if ip := b.store.Read().PublicAddress(id); ip.IsValid() {
		return ip.String()
	}
	return ""
}

func TestATaskHasAPublicAddressUntilItEnds(t *testing.T) {
	withAgent(t, func(b *bench) {
		first, at := b.runPublic()
		_, other := b.runPublic()
		if at == "" || other == "" || at == other {
			t.Errorf("two tasks have %q and %q", at, other)
		}
		b.expect("the address of one that asks for none", b.publicAddress(b.run(container("web"))), "")
		b.stop()
		b.start()
		b.expect("the address after a restart", b.publicAddress(first), at)
		b.stopTask(first)
		b.expect("the address in the end", b.publicAddress(first), "")
	})
}

// leads notes where public addresses lead.
type leads struct {
	mu     sync.Mutex
	to     map[string]string // sandbox by address
	refuse error
	hangs  bool
}

func (l *leads) ClaimPublicAddresses(_ context.Context, ranges []netip.Prefix) ([]netip.Prefix, error) {
	return ranges, nil
}

func (l *leads) SetPublicAddress(ctx context.Context, sandboxID string, address netip.Addr) error {
	if l.hangs {
		<-ctx.Done()
		return ctx.Err()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.refuse == nil {
		l.to[address.String()] = sandboxID
	}
	return l.refuse
}

func TestATaskStartsThoughItsPublicAddressHangs(t *testing.T) {
	withAgent(t, func(b *bench) {
		b.withLeads(&leads{hangs: true})
		id, _ := b.runPublic()
		b.settleAfter(2 * networkTimeout)
		b.expect("status", b.task(id).Status.LastStatus, state.Running)
	})
}

// withLeads has the agent lead public addresses of a range.
func (b *bench) withLeads(l *leads) {
	b.stop()
	b.startOn(HostOptions{Engine: b.engine, PublicAddresses: PublicAddresses{Engine: l, Ranges: []netip.Prefix{netip.MustParsePrefix("203.0.113.0/24")}}})
}

func TestPublicAddressesLeadToTasks(t *testing.T) {
	withAgent(t, func(b *bench) {
		l := &leads{to: map[string]string{}}
		b.withLeads(l)
		first, at := b.runPublic()
		if !strings.HasPrefix(at, "203.0.113.") {
			t.Errorf("the address is %q", at)
		}
		b.run(container("web"))
		b.expect("what leads where", l.to, map[string]string{at: b.task(first).Status.SandboxID})

		clear(l.to)
		b.withLeads(l)
		b.expect("what leads where after a restart", l.to, map[string]string{at: b.task(first).Status.SandboxID})

		l.refuse = errors.New("no such luck")
		second, _ := b.runPublic()
		b.expect("the status of a task whose address leads nowhere", b.task(second).Status.LastStatus, state.Running)
	})
}
