package balancer

import "maps"

// Counts are what a data plane has counted since it began to run. They only grow, but for those that are called active, and
// it forgets none, so that they are read once however often the connection or the reader ends: what was counted is the
// difference to what was read before, see [Counts.Since].
type Counts struct {
	// Run is another word for each run of the data plane, which begins with nothing.
	Run string
	// Connections counts TCP connections from clients to listeners of HTTP and HTTPS, and from there to targets. Bytes are what
	// their clients sent and got, in HTTP.
	Connections, Bytes uint64 `json:",omitempty"`
	ActiveConnections  uint64 `json:",omitempty"` // now
	// Answers are those that came from no target, by their status code.
	Answers map[int]uint64         `json:",omitempty"`
	Groups  map[string]GroupCounts `json:",omitempty"` // by the id of a target group
	// Listeners of a proxy of Service Connect, by id.
	Listeners map[string]ListenerCounts `json:",omitempty"`
	// Flows are those that this process carried for listeners of TCP, TLS and UDP: by tcp, tls and udp.
	Flows map[string]FlowCounts `json:",omitempty"`
	// Kernel has the flows that the kernel led; nil where it leads none, or counts none.
	Kernel *KernelCounts `json:",omitempty"`
	// Uncounted is why the flows that the kernel leads are not counted.
	Uncounted string `json:",omitempty"`
}

// GroupCounts counts the requests to a target group, without health checks.
type GroupCounts struct {
	Requests         uint64         `json:",omitempty"` // for which a target was chosen
	ConnectionErrors uint64         `json:",omitempty"`
	Bytes            uint64         `json:",omitempty"` // of bodies, and of flows; of proxies of Service Connect alone
	Answers          map[int]uint64 `json:",omitempty"` // of targets: by the first digit of their status code
	// Times are how long targets took to answer, in bins: the first has what is shorter than a microsecond, and each goes
	// to 1.1 times the one before.
	Times map[int]TimeCounts `json:",omitempty"`
}

// ListenerCounts counts for one listener of a proxy of Service Connect.
type ListenerCounts struct {
	Connections, Requests, GRPCRequests uint64 `json:",omitempty"`
	Bytes                               uint64 `json:",omitempty"` // of bodies, and of flows, in both directions
	ActiveConnections                   uint64 `json:",omitempty"` // now
}

// TimeCounts are how many there were, and how long all took together.
type TimeCounts struct{ Count, Nanoseconds uint64 }

// FlowCounts counts the flows of one protocol.
type FlowCounts struct {
	New, Bytes uint64 `json:",omitempty"`
	Active     uint64 `json:",omitempty"` // now
}

// KernelCounts counts in a network namespace, which may live longer than a data plane.
type KernelCounts struct {
	Run   string
	Flows map[string]FlowCounts `json:",omitempty"` // tcp and udp; bytes include the headers of packets
}

// Since is what was counted since something was read before, which may be the zero value.
func (c Counts) Since(before Counts) Counts {
	was := before
	if c.Run != before.Run {
		was = Counts{}
	}
	c.Connections = minus(c.Connections, was.Connections)
	c.Bytes = minus(c.Bytes, was.Bytes)
	c.Answers = less(c.Answers, was.Answers, minus)
	c.Groups = less(c.Groups, was.Groups, GroupCounts.since)
	c.Listeners = less(c.Listeners, was.Listeners, ListenerCounts.since)
	c.Flows = less(c.Flows, was.Flows, FlowCounts.since)
	if c.Kernel != nil {
		k := *c.Kernel
		if before.Kernel != nil && before.Kernel.Run == k.Run {
			k.Flows = less(k.Flows, before.Kernel.Flows, FlowCounts.since)
		}
		c.Kernel = &k
	}
	return c
}

func (g GroupCounts) since(was GroupCounts) GroupCounts {
	g.Requests = minus(g.Requests, was.Requests)
	g.ConnectionErrors = minus(g.ConnectionErrors, was.ConnectionErrors)
	g.Bytes = minus(g.Bytes, was.Bytes)
	g.Answers = less(g.Answers, was.Answers, minus)
	g.Times = less(g.Times, was.Times, func(t, was TimeCounts) TimeCounts {
		return TimeCounts{minus(t.Count, was.Count), minus(t.Nanoseconds, was.Nanoseconds)}
	})
	return g
}

func (l ListenerCounts) since(was ListenerCounts) ListenerCounts {
	return ListenerCounts{
		Connections: minus(l.Connections, was.Connections), Requests: minus(l.Requests, was.Requests), GRPCRequests: minus(l.GRPCRequests, was.GRPCRequests),
		Bytes: minus(l.Bytes, was.Bytes), ActiveConnections: l.ActiveConnections,
	}
}

func (f FlowCounts) since(was FlowCounts) FlowCounts {
	return FlowCounts{minus(f.New, was.New), minus(f.Bytes, was.Bytes), f.Active}
}

// minus is nothing where something was read after what is called now.
func minus(n, was uint64) uint64 { return n - min(n, was) }

// less is a map with what each of its values has more than before.
func less[K comparable, V any](now, before map[K]V, difference func(V, V) V) map[K]V {
	now = maps.Clone(now)
	for key, value := range now {
		now[key] = difference(value, before[key])
	}
	return now
}

// SameTotals reports whether nothing was counted since something was read before.
func (c Counts) SameTotals(before Counts) bool {
	if c.Run != before.Run || (c.Kernel == nil) != (before.Kernel == nil) || c.Kernel != nil && c.Kernel.Run != before.Kernel.Run {
		return false
	}
	more := c.Since(before)
	for _, g := range more.Groups {
		if g.Requests+g.ConnectionErrors+g.Bytes+total(g.Answers) > 0 {
			return false
		}
		for _, t := range g.Times {
			if t.Count > 0 {
				return false
			}
		}
	}
	for _, l := range more.Listeners {
		if l.Connections+l.Requests+l.Bytes > 0 {
			return false
		}
	}
	flows := []map[string]FlowCounts{more.Flows}
	if more.Kernel != nil {
		flows = append(flows, more.Kernel.Flows)
	}
	for _, of := range flows {
		for _, f := range of {
			if f.New+f.Bytes > 0 {
				return false
			}
		}
	}
	return more.Connections+more.Bytes+total(more.Answers) == 0
}

func total(counts map[int]uint64) (sum uint64) {
	for _, n := range counts {
		sum += n
	}
	return sum
}
