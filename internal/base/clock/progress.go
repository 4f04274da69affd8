package clock

import "time"

// tellEach is how often a long advance tells how far it has come, in real time.
const tellEach = 10 * time.Second

// Progress is how far an advance has come.
type Progress struct {
	From, At, To time.Time     // of the clock
	Took         time.Duration // in real time
}

// advance is one that is under way.
type advance struct {
	from, to    time.Time
	began, told time.Time // in real time
}

// SetProgress sets what Advance calls between its steps, every ten seconds of real time.
func (c *Clock) SetProgress(progress func(Progress)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.progress = progress
}

// Progress is how far the advance has come that is under way; ok is false if there is none.
func (c *Clock) Progress() (p Progress, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.held == nil {
		return p, false
	}
	return c.held.at(c.emulated), true
}

func (a *advance) at(now time.Time) Progress {
	return Progress{From: a.from, At: now, To: a.to, Took: time.Since(a.began)}
}

// tell tells how far the advance under way has come, if it is time to.
func (c *Clock) tell() {
	c.mu.Lock()
	progress, at := c.progress, c.held.at(c.emulated)
	due := progress != nil && time.Since(c.held.told) >= tellEach
	if due {
		c.held.told = time.Now()
	}
	c.mu.Unlock()
	if due {
		progress(at)
	}
}
