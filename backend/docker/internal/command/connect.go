package command

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// ConnectWords is what the sandbox program reads of the calls that it leads; see its file connect.go.
func ConnectWords(address netip.Addr, c backend.Connect) string {
	var b strings.Builder
	b.WriteString("connect " + address.String())
	for _, n := range c.Names {
		fmt.Fprintf(&b, " name/%s=%s", n.Name, n.Address)
	}
	for _, l := range c.Calls {
		fmt.Fprintf(&b, " call/%s=%s", l.At, l.To)
	}
	for _, p := range c.Ports {
		fmt.Fprintf(&b, " port/%d=%d", p.Port, p.To)
	}
	return b.String()
}
