package command

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// FilterWords is what the sandbox program reads of a filter; see its file filter.go.
func FilterWords(address netip.Addr, f *backend.Filter) string {
	if f == nil {
		return "filter"
	}
	var b strings.Builder
	b.WriteString("filter " + address.String())
	if f.Strict {
		b.WriteString(" strict")
	} else {
		b.WriteString(" open")
	}
	for _, r := range f.In {
		writeFilterRule(&b, "in", r)
	}
	for _, r := range f.Out {
		writeFilterRule(&b, "out", r)
	}
	return b.String()
}

func writeFilterRule(b *strings.Builder, direction string, r backend.FilterRule) {
	b.WriteString(" " + direction + "/" + strconv.Itoa(r.Protocol) + "/")
	if r.From >= 0 {
		b.WriteString(strconv.Itoa(r.From) + "-")
		if r.To >= 0 {
			b.WriteString(strconv.Itoa(r.To))
		}
	}
	b.WriteByte('/')
	for i, peers := range r.Peers {
		if i > 0 {
			b.WriteByte(',')
		}
		switch peers {
		case backend.Anywhere:
			b.WriteByte('*')
		case backend.AddressRange{First: peers.First, Last: peers.First}:
			b.WriteString(peers.First.String())
		default:
			b.WriteString(peers.First.String() + "-" + peers.Last.String())
		}
	}
}
