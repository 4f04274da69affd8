package flow

import (
	"encoding/binary"
	"hash/fnv"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/listener"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/rule"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/target"
)

// draws is how many numbers there are that a flow can draw.
const draws = 1 << 16

// Shares are what the kernel leads of a listener's flows: all of them, or none if it cannot
// lead them to one of the targets as that is to be asked. What TLS ends here, and what begins
// with a header of proxies, this process passes on.
func Shares(l *listener.Listener) (shares []balancer.FlowShare) {
	f := l.DefaultForward()
	if l.Application || l.Secure || l.Connect != nil || f == nil || f.Total == 0 {
		return nil
	}
	bySource := false
	for _, s := range f.Groups {
		if s.Weight == 0 {
			continue
		}
		p := s.Group.Pool.Load()
		if !steerable(p) {
			return nil
		}
		bySource = bySource || p.Settings.Stickiness.Kind == "source_ip"
	}
	if bySource {
		shares = sharesBySource(f)
	} else {
		shares = evenShares(f)
	}
	var all []balancer.FlowShare
	for _, protocol := range transports(l) {
		for _, s := range shares {
			s.Protocol, s.Port, s.BySource = protocol, l.Port, bySource
			all = append(all, s)
		}
	}
	return all
}

func transports(l *listener.Listener) (list []string) {
	if l.Stream {
		list = append(list, "tcp")
	}
	if l.Datagrams {
		list = append(list, "udp")
	}
	return list
}

// steerable tells whether the kernel can lead flows to all that get some.
func steerable(p *target.Pool) bool {
	if len(p.Eligible) == 0 || p.Settings.Protocol == "TLS" || p.Settings.ProxyProtocol {
		return false
	}
	for _, t := range p.Eligible {
		if !t.Config.Addr.Addr().Is4() || p.Settings.KeepClient && !t.Config.Direct {
			return false
		}
	}
	return true
}

// evenShares divides the numbers by the weights, and each group's evenly.
func evenShares(f *rule.Forward) (list []balancer.FlowShare) {
	before := 0
	for _, s := range f.Groups {
		p := s.Group.Pool.Load()
		n := len(p.Eligible)
		for i, t := range p.Eligible {
			if s.Weight == 0 {
				break
			}
			first := draws * (before*n + s.Weight*i) / (f.Total * n)
			after := draws * (before*n + s.Weight*(i+1)) / (f.Total * n)
			if first < after {
				list = append(list, shareOf(p, t, first, after-1))
			}
		}
		before += s.Weight
	}
	return list
}

func shareOf(p *target.Pool, t *target.Target, first, last int) balancer.FlowShare {
	return balancer.FlowShare{First: uint16(first), Last: uint16(last), KeepClient: p.Settings.KeepClient, To: t.Config.Addr}
}

// buckets is into how many parts the addresses of clients are divided that stay together.
const buckets = 256

// sharesBySource gives each bucket to the target with the highest of their hashes, which follow
// from ids alone: a change moves few clients, and a restart none.
func sharesBySource(f *rule.Forward) (list []balancer.FlowShare) {
	for bucket := range buckets {
		p := f.Pick(hashOf(bucket, "")).Group.Pool.Load()
		var best *target.Target
		var most uint64
		for _, t := range p.Eligible {
			if h := hashOf(bucket, t.Config.ID); best == nil || h > most {
				best, most = t, h
			}
		}
		const width = draws / buckets
		s := shareOf(p, best, bucket*width, (bucket+1)*width-1)
		if n := len(list); n > 0 && list[n-1].To == s.To && list[n-1].KeepClient == s.KeepClient {
			list[n-1].Last = s.Last
			continue
		}
		list = append(list, s)
	}
	return list
}

func hashOf(bucket int, id string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(id))
	_, _ = h.Write(binary.BigEndian.AppendUint32(nil, uint32(bucket)))
	// What differs in the last bytes only is to differ everywhere.
	sum := h.Sum64()
	sum ^= sum >> 33
	sum *= 0xff51afd7ed558ccd
	return sum ^ sum>>33
}
