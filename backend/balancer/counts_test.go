package balancer

import "testing"

// What is read again is read once, and a data plane that has begun anew has counted all that it says.
func TestCountsSince(t *testing.T) {
	before := Counts{
		Run: "a", Connections: 2, Bytes: 100, Answers: map[int]uint64{502: 1},
		Groups:    map[string]GroupCounts{"g": {Requests: 3, Answers: map[int]uint64{2: 3}, Times: map[int]TimeCounts{7: {2, 200}}}},
		Flows:     map[string]FlowCounts{"tcp": {New: 1, Bytes: 10, Active: 1}},
		Listeners: map[string]ListenerCounts{"l": {Connections: 1, Requests: 2, GRPCRequests: 1, Bytes: 30, ActiveConnections: 1}},
		Kernel:    &KernelCounts{Run: "k", Flows: map[string]FlowCounts{"udp": {New: 5, Bytes: 50}}},
	}
	if !before.SameTotals(before) {
		t.Error("the same is something else")
	}
	now := before
	now.Connections, now.Answers = 4, map[int]uint64{502: 1, 404: 2}
	now.Groups = map[string]GroupCounts{
		"g": {Requests: 5, Answers: map[int]uint64{2: 4, 5: 1}, Times: map[int]TimeCounts{7: {3, 350}}},
		"h": {Requests: 1, ConnectionErrors: 1},
	}
	now.Flows = map[string]FlowCounts{"tcp": {New: 3, Bytes: 40, Active: 2}}
	now.Listeners = map[string]ListenerCounts{"l": {Connections: 4, Requests: 4, GRPCRequests: 2, Bytes: 50, ActiveConnections: 3}}
	now.Kernel = &KernelCounts{Run: "k", Flows: map[string]FlowCounts{"udp": {New: 6, Bytes: 80, Active: 1}}}
	more := now.Since(before)
	g := more.Groups["g"]
	if more.Connections != 2 || more.Bytes != 0 || more.Answers[502] != 0 || more.Answers[404] != 2 ||
		g.Requests != 2 || g.Answers[2] != 1 || g.Answers[5] != 1 || g.Times[7] != (TimeCounts{1, 150}) || more.Groups["h"].ConnectionErrors != 1 ||
		more.Listeners["l"] != (ListenerCounts{3, 2, 1, 20, 3}) ||
		more.Flows["tcp"] != (FlowCounts{2, 30, 2}) || more.Kernel.Flows["udp"] != (FlowCounts{1, 30, 1}) {
		t.Errorf("since then %+v", more)
	}
	if now.SameTotals(before) || now.Groups["g"].Requests != 5 {
		t.Errorf("what was read has changed: %+v", now)
	}

	again := now
	again.Run = "b"
	if more := again.Since(before); more.Connections != 4 || more.Groups["g"].Requests != 5 || more.Kernel.Flows["udp"].New != 1 {
		t.Errorf("of another run %+v", more)
	}
	again.Kernel = &KernelCounts{Run: "l", Flows: map[string]FlowCounts{"udp": {New: 1}}}
	if more := again.Since(before); more.Kernel.Flows["udp"].New != 1 {
		t.Errorf("of another namespace %+v", more)
	}
	if all := now.Since(Counts{}); all.Groups["g"].Requests != 5 || all.Kernel.Flows["udp"].New != 6 {
		t.Errorf("from the beginning %+v", all)
	}
}

// What a proxy of Service Connect has counted of its listeners alone is news as well.
func TestSameTotalsOfListeners(t *testing.T) {
	before := Counts{Run: "a", Listeners: map[string]ListenerCounts{"l": {Connections: 1, Requests: 2, Bytes: 30, ActiveConnections: 1}}}
	for _, now := range []ListenerCounts{{2, 2, 0, 30, 1}, {1, 3, 0, 30, 1}, {1, 2, 0, 31, 1}} {
		if (Counts{Run: "a", Listeners: map[string]ListenerCounts{"l": now}}).SameTotals(before) {
			t.Errorf("%+v is the same", now)
		}
	}
	if idle := (ListenerCounts{1, 2, 0, 30, 0}); !(Counts{Run: "a", Listeners: map[string]ListenerCounts{"l": idle}}).SameTotals(before) {
		t.Error("a connection that has ended is news")
	}
}
