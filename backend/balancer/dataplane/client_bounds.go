package dataplane

// Bounds of what clients may have of the 256 MiB that a load balancer has on Docker. Measured:
// 31 KiB for an idle connection of HTTP/1, 55 for one with a stream, 116 with 59 KiB of a head.
var (
	mostClients = 3000
	mostHeads   = int64(32 << 20) // bytes, of heads that are not complete
)

// admit waits until there is room for another connection, and returns false when the balancer
// closes. Meanwhile others wait in the system's queue.
func (b *Balancer) admit() bool {
	select {
	case b.clients <- struct{}{}:
		return true
	default:
	}
	b.options.Log.Warn("there are too many connections of clients: others wait until some end", "connections", mostClients)
	select {
	case b.clients <- struct{}{}:
		return true
	case <-b.ctx.Done():
		return false
	}
}

// dismiss makes room for another connection.
func (b *Balancer) dismiss() { <-b.clients }

// reserve notes how much of a long head has come, and returns false if there is too much of all
// of them. The lock is held.
func (c *clientConn) reserve() bool {
	wanted := c.head.came()
	if c.serving.Load() || wanted <= readAhead { // what comes is a body, or little
		wanted = 0
	}
	more := wanted - c.reserved
	if more == 0 || c.heads == nil {
		return true
	}
	if c.reserved = wanted; c.heads.Add(more) <= mostHeads || more < 0 {
		return true
	}
	c.forget()
	return false
}

// forget gives back what is reserved. The lock is held.
func (c *clientConn) forget() {
	if c.reserved > 0 {
		c.heads.Add(-c.reserved)
		c.reserved = 0
	}
}
