package datachannel

import "time"

// retransmission estimates how long a message may be without its acknowledgement before it is sent
// again. Source: spec/runtime.md G.6.
type retransmission struct{ roundTrip, variation, timeout time.Duration }

const (
	initialTimeout = 200 * time.Millisecond
	maxTimeout     = time.Second
	minVariation   = 10 * time.Millisecond
)

func newRetransmission() retransmission {
	return retransmission{roundTrip: 100 * time.Millisecond, timeout: initialTimeout}
}

// measured takes the time from a message that was sent once to its acknowledgement.
func (r *retransmission) measured(roundTrip time.Duration) {
	r.variation += (max(r.roundTrip-roundTrip, roundTrip-r.roundTrip) - r.variation) / 4
	r.roundTrip += (roundTrip - r.roundTrip) / 8
	r.timeout = min(r.roundTrip+max(minVariation, 4*r.variation), maxTimeout)
}

// missed says that a message was sent again: until there is a measurement, the client may be
// further away than it seems.
func (r *retransmission) missed() { r.timeout = min(2*r.timeout, maxTimeout) }
