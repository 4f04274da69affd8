package agent

import (
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"testing"
)

// runPublic runs a task that asks for a public address.
func (b *bench) runPublic() (id, address string) {
	b.Helper()
	b.publicly = true
	defer func() { b.publicly = false }()
	id = b.run(container("web"))
	return id, b.publicAddress(id)
}

// publicAddress is the public address of a task, or empty.
func (b *bench) publicAddress(id string) string {
	if ip := ec2network.FindPublicAddress(b.store.Read(), id); ip.IsValid() {
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
