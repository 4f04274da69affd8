package datachannel_test

import (
	"container/heap"
	"math/rand/v2"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/exec/datachannel"
)

// simulation joins a channel and a client by a network in virtual time.
type simulation struct {
	t       failer
	channel *datachannel.Channel
	client  *client
	network network
	random  *rand.Rand
	now     time.Time
	events  events
	order   int       // of events at the same time
	wake    time.Time // when the channel is asked next

	connection int
	last       [2]time.Time // when the latest frame arrives, in each direction
	errors     int

	// program is called after all that happens: it reads input and writes output.
	program func()
}

// network says what becomes of frames, with probabilities in percent.
type network struct {
	delay           time.Duration
	drop, duplicate int
	jitter          time.Duration // with it frames overtake others
}

var start = time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)

func newSimulation(t failer, seed uint64, n network) *simulation {
	s := &simulation{
		t: t, network: n, now: start, random: rand.New(rand.NewPCG(seed, 0)),
		channel: datachannel.New(datachannel.Config{SessionID: "session-1", SessionType: datachannel.InteractiveCommands}),
		program: func() {},
	}
	s.client = &client{t: t, send: s.toServer}
	s.every(100*time.Millisecond, func() { s.client.resend(s.now) })
	return s
}

// connect gives the client a socket.
func (s *simulation) connect() {
	s.connection++
	s.last = [2]time.Time{}
	s.channel.Connect(s.now)
	s.pump()
}

// cut takes it away: what is under way is lost.
func (s *simulation) cut() {
	s.connection++
	s.channel.Disconnect(s.now)
}

func (s *simulation) toServer(frame []byte) {
	m, _ := datachannel.Parse(frame)
	// An acknowledgement that is lost is never repeated (G.6), so only a cut loses it.
	s.carry(0, m.Type != datachannel.Acknowledge, func() {
		if err := s.channel.Receive(s.now, frame); err != nil {
			s.errors++
		}
	})
}

func (s *simulation) toClient(frame []byte) {
	m, _ := datachannel.Parse(frame)
	// The server sends these once; the client asks for acknowledgements again.
	s.carry(1, m.Type != datachannel.ChannelClosed, func() { s.client.receive(s.now, frame) })
}

// carry lets a frame arrive, later, twice or never.
func (s *simulation) carry(direction int, mayDrop bool, arrive func()) {
	times := 1
	if s.random.IntN(100) < s.network.duplicate {
		times = 2
	}
	if mayDrop && s.random.IntN(100) < s.network.drop {
		times = 0
	}
	for range times {
		at := s.now.Add(s.network.delay)
		if s.network.jitter > 0 {
			at = at.Add(time.Duration(s.random.Int64N(int64(s.network.jitter))))
		} else if at.Before(s.last[direction]) {
			at = s.last[direction]
		}
		s.last[direction] = at
		connection := s.connection
		s.at(at, func() {
			if connection == s.connection {
				arrive()
			}
		})
	}
}

// pump lets the program act and sends what is due.
func (s *simulation) pump() {
	s.program()
	frames, next := s.channel.Due(s.now)
	if !next.IsZero() && !next.After(s.now) {
		s.t.Fatalf("asks again at %v, which is not later than now, %v", next, s.now)
	}
	s.wake = next
	for _, frame := range frames {
		s.toClient(frame)
	}
}

// run lets the time pass until a condition holds.
func (s *simulation) run(limit time.Duration, until func() bool) {
	s.t.Helper()
	end := s.now.Add(limit)
	for !until() {
		next := s.wake
		if len(s.events) > 0 && (next.IsZero() || !s.events[0].at.After(next)) {
			event := heap.Pop(&s.events).(event)
			s.now = event.at
			event.do()
		} else {
			s.now = next
		}
		if s.now.After(end) {
			s.t.Fatalf("did not happen within %v; client has %d bytes and expects message %d; room %d",
				limit, len(s.client.output), s.client.expected, s.channel.Room())
		}
		s.pump()
	}
}

// sleep lets some time pass.
func (s *simulation) sleep(d time.Duration) {
	s.t.Helper()
	passed := false
	s.at(s.now.Add(d), func() { passed = true })
	s.run(d, func() bool { return passed })
}

func (s *simulation) at(at time.Time, do func()) {
	s.order++
	heap.Push(&s.events, event{at, s.order, do})
}

func (s *simulation) every(interval time.Duration, do func()) {
	var tick func()
	tick = func() {
		do()
		s.at(s.now.Add(interval), tick)
	}
	s.at(s.now.Add(interval), tick)
}

type event struct {
	at    time.Time
	order int
	do    func()
}

type events []event

func (e events) Len() int { return len(e) }
func (e events) Less(i, j int) bool {
	return e[i].at.Before(e[j].at) || e[i].at.Equal(e[j].at) && e[i].order < e[j].order
}
func (e events) Swap(i, j int) { e[i], e[j] = e[j], e[i] }
func (e *events) Push(x any)   { *e = append(*e, x.(event)) }
func (e *events) Pop() any {
	last := (*e)[len(*e)-1]
	*e = (*e)[:len(*e)-1]
	return last
}
