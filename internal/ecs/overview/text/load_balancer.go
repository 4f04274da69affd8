package text

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/overview"
)

// loadBalancers has each with its DNS name, or below where there is no room.
func (r *renderer) loadBalancers() *table {
	t := &table{columns: []column{
		{title: "LOAD BALANCER", least: 13}, {title: "SCHEME"}, {title: "STATE"}, {title: "PORTS", least: r.portsWidth()},
	}, count: len(r.LoadBalancers), tails: "DNS NAME"}
	for i := range r.LoadBalancers {
		b := &r.LoadBalancers[i]
		state := cell{text: b.State, tone: Busy}
		switch b.State {
		case "active":
			state.tone = Good
		case "failed":
			state.tone = Bad
		}
		shown := &item{rows: [][]cell{{{text: b.Name}, {text: b.Scheme}, state, {text: r.listeners(b.Listeners)}}}, tail: b.DNSName}
		if b.StateReason != "" {
			shown.notes = []string{b.StateReason}
		}
		t.items = append(t.items, shown)
	}
	return t
}

// listeners are the addresses that lead to listeners, as ports has those of tasks; where there is room, each
// with its protocol.
func (r *renderer) listeners(list []overview.Listener) string {
	var parts []string
	for _, l := range list {
		for _, address := range l.LocalAddresses {
			if r.narrow() {
				if len(parts) > 0 {
					address = address[strings.LastIndexByte(address, ':'):]
				}
				parts = append(parts, address)
				continue
			}
			address, protocol, _ := strings.Cut(address, "/") // of TCP_UDP
			if number := strconv.Itoa(l.Port); !strings.HasSuffix(address, ":"+number) {
				address += "→" + number
			}
			parts = append(parts, address+"/"+cmp.Or(protocol, strings.ToLower(l.Protocol)))
		}
	}
	return strings.Join(parts, ", ")
}
