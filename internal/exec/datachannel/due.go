package datachannel

import "time"

const (
	// completeWithin is how long HandshakeComplete waits for the first output.
	completeWithin = 250 * time.Millisecond
	// registerWithin is how long output waits for a client that does not tell its size.
	registerWithin = 2 * time.Millisecond
	// For earlyWithin after HandshakeComplete the oldest message is sent again each earlyInterval,
	// as far as that costs little: the largest 15 times, twice as long as a client without input
	// lives. Source: recorded-exec.md X11.
	earlyWithin   = 100 * time.Millisecond
	earlyInterval = time.Millisecond
	maxEarlyBytes = 512 << 10
	// closeWithin is how long the end waits for the acknowledgement of output.
	closeWithin = 5 * time.Second
	// completeSequence is the number of HandshakeComplete.
	completeSequence = 1
)

// Due returns the frames to send now, and when to ask again if nothing happens before: zero for
// never. Frames must not be changed; the channel keeps those that it may send again.
func (c *Channel) Due(now time.Time) (frames [][]byte, next time.Time) {
	if !c.connected || c.closed {
		return nil, time.Time{}
	}
	frames = c.input.answerFrames(now)
	frames = append(frames, c.output.repeated(now)...)
	frames = append(frames, c.publication(now)...)

	wake := &alarm{}
	wake.at(c.completeHandshake(now))
	held := c.heldUntil(now)
	wake.at(held)
	frames = append(frames, c.output.number(now, !held.IsZero())...)
	frames = append(frames, c.resend(now, wake)...)
	if c.closing {
		if !c.output.done() && now.Before(c.closeBy) {
			wake.at(c.closeBy)
			return frames, wake.time
		}
		c.closed = true
		return append(frames, c.channelClosed(now)), time.Time{}
	}
	return frames, wake.time
}

// alarm is the earliest of times.
type alarm struct{ time time.Time }

func (a *alarm) at(t time.Time) {
	if a.time.IsZero() || !t.IsZero() && t.Before(a.time) {
		a.time = t
	}
}

func (c *Channel) askHandshake(now time.Time) {
	c.output.add(now, HandshakeRequest, mustJSON(handshakeRequestContent{
		AgentVersion: agentVersion,
		RequestedClientActions: []requestedClientAction{{
			ActionType:       "SessionType",
			ActionParameters: sessionTypeParameters{c.config.SessionType, c.config.Properties},
		}},
	}))
}

// completeHandshake puts HandshakeComplete before the first output as soon as there is some, or the
// end, and otherwise returns when it goes without. A client that has no input lives some
// milliseconds from it on, in which it is to see the output. Source: recorded-exec.md X11.
func (c *Channel) completeHandshake(now time.Time) time.Time {
	if !c.Handshaken() || !c.completed.IsZero() {
		return time.Time{}
	}
	if c.answered.IsZero() {
		c.answered = now
	}
	if by := c.answered.Add(completeWithin); len(c.output.waiting) == 0 && !c.closing && now.Before(by) {
		return by
	}
	c.completed = now
	c.output.addFirst(now, HandshakeComplete, mustJSON(handshakeCompleteContent{HandshakeTimeToComplete: c.answered.Sub(c.asked)}))
	return time.Time{}
}

// heldUntil returns when output may follow HandshakeComplete, or zero if it may. While the plugin
// registers its handler it may take output, acknowledge it and show none, or none ever after; right
// behind HandshakeComplete that is one session of thirty on a busy machine. It tells its size as soon
// as it has registered. Source: RegisterOutputStreamHandler and ProcessFirstMessage of the plugin,
// which run at the same time without a lock.
func (c *Channel) heldUntil(now time.Time) time.Time {
	until := c.completed.Add(registerWithin)
	if c.completed.IsZero() || c.output.ready.known || !now.Before(until) {
		return time.Time{}
	}
	return until
}

// resend returns what is to be sent again, and sets the alarm for what is next.
func (c *Channel) resend(now time.Time, wake *alarm) [][]byte {
	var frames [][]byte
	if until := c.completed.Add(earlyWithin); !c.completed.IsZero() && now.Before(until) {
		frame, next := c.output.againEarly(now)
		if frame != nil {
			frames = append(frames, frame)
		}
		wake.at(next)
	}
	again, next := c.output.again(now)
	wake.at(next)
	return append(frames, again...)
}

// publication tells a client to pause and to go on, by how much input waits for the program.
func (c *Channel) publication(now time.Time) [][]byte {
	waiting := len(c.input.buffer)
	switch {
	case !c.paused && waiting > maxInput/2:
		c.paused = true
		return [][]byte{unnumbered(now, PausePublication, nil)}
	case c.paused && waiting < maxInput/4:
		c.paused = false
		return [][]byte{unnumbered(now, StartPublication, nil)}
	}
	return nil
}

func (c *Channel) channelClosed(now time.Time) []byte {
	return unnumbered(now, ChannelClosed, mustJSON(channelClosedContent{
		SessionId: c.config.SessionID, MessageType: ChannelClosed, SchemaVersion: 1, Output: c.closeText,
	}))
}
