package datachannel

import (
	"time"

	"github.com/google/uuid"
)

const (
	// maxUnacknowledged bounds the output that is kept until the client has it.
	maxUnacknowledged = 1 << 20
	// maxPayload is what a message carries of the output that waits. The plugin takes 18 MB/s in
	// payloads of 1,024 bytes and 78 in these. Source: recorded-exec.md X14.
	maxPayload = 32 << 10
	// maxInFlight is how many messages are under way while one that could still grow waits.
	maxInFlight = 16
	// maxAhead is how far the numbers run ahead of the oldest message that is not acknowledged. The
	// client keeps 10,000 messages until their turn comes (G.6).
	maxAhead = 4096
)

// output is what the server sends: messages that are kept until they are acknowledged.
type output struct {
	waiting []waiting // without a number, the oldest first

	sent     []sent // the oldest that is not acknowledged first
	first    int64  // the number of sent[0]
	frontier time.Time
	inFlight int // messages of sent that are not acknowledged

	unacknowledged int // bytes of payload, waiting and sent
	retransmission retransmission

	// connection counts the client's sockets, and resumed says that something is not acknowledged
	// that an earlier one has carried. When the latest one came, carried bytes were not acknowledged.
	connection int
	resumed    bool
	carried    int
	repeat     bool // all that is not acknowledged is to be sent again
	order      int  // counts what was sent, also again
	earlyBytes int  // were sent again in the first moments
	ready      readiness
}

// readiness is whether the client is known to show output: before, the plugin ignores it
// (recorded-exec.md X12).
type readiness struct {
	known bool
	order int       // of what was sent last when it was not known
	asked time.Time // when the client was seen to have HandshakeComplete
}

// waiting is a message without a number: a frame whose header is still empty.
type waiting struct {
	payloadType PayloadType
	created     time.Time
	frame       []byte
	limit       int
}

// sent is a message under way.
type sent struct {
	frame       []byte // nil once acknowledged
	first, last time.Time
	connection  int // that carried it first
	again       bool

	order  int // of when it was sent last
	began  int // and of when the socket that did so had sent it first
	socket int // that one
}

// sentAgain notes that it is, and returns its frame.
func (o *output) sentAgain(message *sent, now time.Time) []byte {
	o.order++
	message.last, message.order, message.again = now, o.order, true
	if message.socket != o.connection {
		message.socket, message.began = o.connection, o.order
	}
	return message.frame
}

func (o *output) room() int {
	bound := maxUnacknowledged
	if o.resumed {
		// What is not acknowledged may all be there, so that only a new message tells. That of the
		// socket before may be there as well.
		bound = max(bound, o.carried) + maxPayload
	}
	return max(0, bound-o.unacknowledged)
}

// farAhead tells whether no more messages may be sent. What is not acknowledged may all be there, so that
// after another socket one new message at a time may be under way, however many wait.
func (o *output) farAhead() bool {
	if len(o.sent) < maxAhead {
		return false
	}
	last := o.sent[len(o.sent)-1]
	return !o.resumed || last.frame != nil && last.connection == o.connection
}

// write appends output to what waits, and returns how many bytes it took.
func (o *output) write(now time.Time, payloadType PayloadType, p []byte) int {
	p = p[:min(len(p), o.room())]
	taken := len(p)
	if !payloadType.isStream() {
		o.add(now, payloadType, p)
		return taken
	}
	for len(p) > 0 {
		last := o.growing(payloadType)
		if last == nil {
			last = o.add(now, payloadType, nil)
		}
		n := min(len(p), payloadOffset+last.limit-len(last.frame))
		last.frame = append(last.frame, p[:n]...)
		p = p[n:]
		o.unacknowledged += n
	}
	return taken
}

// growing returns the waiting message that more of the type can be added to.
func (o *output) growing(payloadType PayloadType) *waiting {
	if len(o.waiting) == 0 {
		return nil
	}
	last := &o.waiting[len(o.waiting)-1]
	if last.payloadType != payloadType || !payloadType.isStream() {
		return nil
	}
	if last.full() {
		return nil
	}
	return last
}

// isStream tells whether payloads of the type can be cut and joined.
func (t PayloadType) isStream() bool { return t == Output || t == StdErr }

func (w *waiting) full() bool { return len(w.frame) == payloadOffset+w.limit }

// add appends a message to what waits.
func (o *output) add(now time.Time, payloadType PayloadType, payload []byte) *waiting {
	message := waiting{payloadType: payloadType, created: now, frame: append(make([]byte, payloadOffset), payload...), limit: len(payload)}
	if payloadType.isStream() {
		message.limit = maxPayload
	}
	o.waiting = append(o.waiting, message)
	o.unacknowledged += len(payload)
	return &o.waiting[len(o.waiting)-1]
}

// addFirst puts a message before what waits.
func (o *output) addFirst(now time.Time, payloadType PayloadType, payload []byte) {
	later := o.waiting
	o.waiting = nil
	o.add(now, payloadType, payload)
	o.waiting = append(o.waiting, later...)
}

// number gives waiting messages their numbers, as far as they may be sent, and returns them: with
// held only what belongs to the handshake.
func (o *output) number(now time.Time, held bool) [][]byte {
	var frames [][]byte
	for len(o.waiting) > 0 && !o.farAhead() {
		if held && o.first+int64(len(o.sent)) > completeSequence {
			break
		}
		next := &o.waiting[0]
		if len(o.waiting) == 1 && !next.full() && o.inFlight >= maxInFlight && !o.resumed {
			break
		}
		message := Message{
			Type: OutputStreamData, CreatedDate: next.created, SequenceNumber: o.first + int64(len(o.sent)),
			MessageID: uuid.New(), PayloadType: next.payloadType,
		}
		if message.SequenceNumber == 0 {
			message.Flags = SYN
		}
		message.fill(next.frame)
		if len(o.sent) == 0 {
			o.frontier = now
		}
		o.order++
		o.sent = append(o.sent, sent{
			frame: next.frame, first: now, last: now, connection: o.connection,
			order: o.order, began: o.order, socket: o.connection,
		})
		o.inFlight++
		frames = append(frames, next.frame)
		*next = waiting{}
		o.waiting = o.waiting[1:]
	}
	return frames
}

// acknowledged takes the acknowledgement of a message.
func (o *output) acknowledged(now time.Time, sequence int64) {
	i := sequence - o.first
	if i < 0 || i >= int64(len(o.sent)) || o.sent[i].frame == nil {
		return
	}
	if message := o.sent[i]; !message.again {
		o.retransmission.measured(now.Sub(message.first))
	}
	if i == 0 && sequence > completeSequence || !o.ready.asked.IsZero() && now.Sub(o.ready.asked) > readyWithin {
		// It was this message's turn, or the client has had much more time than it takes.
		o.clientIsReady()
	}
	o.release(int(i))
	if o.resumed {
		o.releaseEarlier(int(i))
	}
	for len(o.sent) > 0 && o.sent[0].frame == nil {
		o.sent = o.sent[1:]
		o.first++
		o.frontier = now
	}
	if o.first > completeSequence && o.ready.asked.IsZero() {
		o.ready.asked = now
	}
}

// readyWithin is ample for a client to be ready: the plugin takes milliseconds.
const readyWithin = time.Second

func (o *output) clientIsReady() {
	if !o.ready.known {
		o.ready.known, o.ready.order = true, o.order
		o.repeat = o.resumed
	}
}

// releaseEarlier takes an acknowledgement for those of earlier messages that another socket carried
// first: theirs may be lost with it, and a client says nothing to what it knows (G.6). A socket
// keeps the order, so that the client had them before what it acknowledges; if it was ready it
// has them for good. What was sent twice may be acknowledged for the first time.
func (o *output) releaseEarlier(i int) {
	began := o.sent[i].began
	o.resumed = false
	for j := range o.sent {
		message := o.sent[j]
		if message.frame == nil || message.connection == o.connection {
			continue
		}
		shaking := o.first+int64(j) <= completeSequence
		there := func(order int) bool {
			return order < began && (shaking || o.ready.known && order > o.ready.order)
		}
		if j < i && o.sent[i].socket == o.connection && message.socket == o.connection && (there(message.began) || there(message.order)) {
			o.release(j)
		} else {
			o.resumed = true
		}
	}
}

func (o *output) release(i int) {
	o.unacknowledged -= len(o.sent[i].frame) - payloadOffset
	o.sent[i].frame = nil
	o.inFlight--
}

// resume is for a new socket of the client.
func (o *output) resume() {
	o.resumed = len(o.sent) > 0
	o.carried = o.unacknowledged
	o.repeat = true
}

// repeated returns all that is not acknowledged, if it is to be sent again.
func (o *output) repeated(now time.Time) [][]byte {
	if !o.repeat {
		return nil
	}
	o.repeat = false
	var frames [][]byte
	for i := range o.sent {
		if o.sent[i].frame != nil {
			frames = append(frames, o.sentAgain(&o.sent[i], now))
		}
	}
	return frames
}

// again returns the oldest message if it is time to send it again, and when it is. A client that may have the oldest from an
// earlier socket says nothing to it, and ignores what follows until it is ready: then all is sent again.
func (o *output) again(now time.Time) (frames [][]byte, next time.Time) {
	if len(o.sent) == 0 {
		return nil, time.Time{}
	}
	oldest := &o.sent[0]
	since := oldest.last
	if o.frontier.After(since) {
		since = o.frontier // it was the turn of others before
	}
	if next = since.Add(o.retransmission.timeout); next.After(now) {
		return nil, next
	}
	o.retransmission.missed()
	next = now.Add(o.retransmission.timeout)
	if o.resumed && !o.ready.known {
		o.repeat = true
		return o.repeated(now), next
	}
	return [][]byte{o.sentAgain(oldest, now)}, next
}

// againEarly is for the first moments after the handshake: it returns the oldest message after
// HandshakeComplete if a millisecond has passed since it was sent, and when it has. Together they
// are at most maxEarlyBytes, for clients that are far away.
func (o *output) againEarly(now time.Time) (frame []byte, next time.Time) {
	for i := range o.sent {
		message := &o.sent[i]
		if message.frame == nil || o.first+int64(i) <= completeSequence {
			continue
		}
		if next = message.last.Add(earlyInterval); next.After(now) {
			return nil, next
		}
		if o.earlyBytes += len(message.frame); o.earlyBytes > maxEarlyBytes {
			return nil, time.Time{}
		}
		return o.sentAgain(message, now), now.Add(earlyInterval)
	}
	return nil, time.Time{}
}

func (o *output) done() bool { return len(o.sent) == 0 && len(o.waiting) == 0 }
