package balancer

import "net/netip"

// Steering is which flows the kernel is to lead to targets, past this process. Flows that have
// begun stay where they are.
type Steering struct {
	Shares []FlowShare
	// Forget are flows that have ended: what comes of them begins anew.
	Forget []TargetFlows
}

// FlowShare leads some of the flows for a port to a target.
type FlowShare struct {
	Protocol string // tcp or udp
	Port     uint16
	// BySource has all flows of an address draw the same number, else each draws its own.
	// A share has those that draw a number from First to Last, of 0 to 65535.
	BySource    bool
	First, Last uint16
	// KeepClient has the target see the client's address, else it sees the load balancer's.
	KeepClient bool
	To         netip.AddrPort
}

// TargetFlows counts the flows of one target.
type TargetFlows struct {
	Protocol string
	Target   netip.AddrPort
}
