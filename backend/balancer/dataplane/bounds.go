package dataplane

// Bounds of what clients may have of the 256 MiB that a load balancer has on Docker. Measured:
// 31 KiB for an idle connection of HTTP/1, 55 for one with a stream, 116 with 59 KiB of a head.
var (
	mostClients = 3000
	mostHeads   = int64(32 << 20) // bytes, of heads that are not complete
	// mostFlows bounds the flows of a listener, whose clients may make up as many as they like.
	// With more, those make room that have been silent for long.
	mostFlows = 8 << 10
)

// admit waits until there is room for another connection, and returns false when the balancer
// closes. Meanwhile others wait in the system's queue.
func (b *Balancer) admit() bool {
	select {
	case b.clients <- struct{}{}:
		return true
	default:
	}
	b.options.Log.Warn("a load balancer has its most client connections: new ones wait until others end", "connections", mostClients)
	select {
	case b.clients <- struct{}{}:
		return true
	case <-b.ctx.Done():
		return false
	}
}

// dismiss makes room for another connection.
func (b *Balancer) dismiss() { <-b.clients }
