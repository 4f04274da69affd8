package proxy

// reserve notes how much of a long head has come, and returns false if there is too much of all
// of them. The lock is held.
func (c *clientConn) reserve() bool {
	wanted := c.head.came()
	if c.serving.Load() || wanted <= readAhead { // what comes is a body, or little
		wanted = 0
	}
	more := wanted - c.reserved
	if more == 0 || c.runtime == nil {
		return true
	}
	if c.reserved = wanted; c.runtime.Heads.Add(more) <= c.runtime.MostHeads || more < 0 {
		return true
	}
	c.forget()
	return false
}

// forget gives back what is reserved. The lock is held.
func (c *clientConn) forget() {
	if c.reserved > 0 {
		c.runtime.Heads.Add(-c.reserved)
		c.reserved = 0
	}
}
