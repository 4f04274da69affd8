package console

import (
	"context"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/pause"
)

// Between two frames of a stream there is at least framePause, and a burst of changes settles for frameSettle. Once in a
// clockLook a stream looks whether the clock was moved. All are real time.
const (
	framePause  = 500 * time.Millisecond
	frameSettle = 50 * time.Millisecond
	clockLook   = time.Second
)

// hub has a stream for each page that is being looked at, and for none else.
type hub struct {
	renders atomic.Uint64
	mu      sync.Mutex
	streams map[string]*stream
	running sync.WaitGroup
}

// stream is a page that is rendered for all who look at it.
type stream struct {
	key     string
	epoch   string // tells it from earlier streams of the page
	viewers int
	cancel  context.CancelFunc
	woken   chan struct{} // what no row says has changed

	mu      sync.Mutex
	frame   *frame // the newest; nil: there is none yet
	changed chan struct{}
}

// frame is a page at a time.
type frame struct {
	rendered
	id     string // of the event that leads here
	before string // of the frame before; empty: there is none
	step   []byte // the event that leads here from the frame before
	whole  func() []byte
}

// event leads a reader who has had the event of an id to the frame; nil: there is nothing to say.
func (f *frame) event(last string) []byte {
	switch last {
	case f.id:
		return nil
	case f.before:
		if f.before != "" {
			return f.step
		}
	}
	return f.whole()
}

// join adds a viewer of a page.
func (c *Console) join(to *found, query url.Values) *stream {
	key := to.path + "?" + query.Encode() // which has the scope
	c.hub.mu.Lock()
	defer c.hub.mu.Unlock()
	s := c.hub.streams[key]
	if s == nil {
		ctx, cancel := context.WithCancel(c.Closing)
		s = &stream{key: key, epoch: arn.NewID()[:8], cancel: cancel, woken: make(chan struct{}, 1), changed: make(chan struct{})}
		c.hub.streams[key] = s
		c.hub.running.Go(func() { c.run(ctx, s, to, query) })
	}
	s.viewers++
	return s
}

// leave takes a viewer away. With the last one the stream ends.
func (c *Console) leave(s *stream) {
	c.hub.mu.Lock()
	defer c.hub.mu.Unlock()
	if s.viewers--; s.viewers == 0 {
		s.cancel()
		delete(c.hub.streams, s.key)
	}
}

// latest is the newest frame, and a channel that is closed when there is another one.
func (s *stream) latest() (*frame, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.frame, s.changed
}

func (s *stream) publish(f *frame) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.frame = f
	close(s.changed)
	s.changed = make(chan struct{})
}

// wake has the stream look again.
func (s *stream) wake() {
	select {
	case s.woken <- struct{}{}:
	default: // it is told already
	}
}

// run renders the page after each change until ctx ends.
func (c *Console) run(ctx context.Context, s *stream, to *found, query url.Values) {
	out := &output{from: c.Sources, wake: s.wake, ctx: ctx, reads: map[page.Container]*followed{}}
	defer out.end()
	shows := &shownClock{clock: c.Sources.Clock}
	for n := uint64(1); ; {
		changed, news := c.Sources.Store.Changed(), to.news()
		next := c.renderFor(ctx, out, to, query)
		moved := shows.moved()
		if last, _ := s.latest(); last == nil || moved || !last.same(next) {
			s.publish(newFrame(s.epoch, n, last, next, render(c.clock())))
			shows.show()
			n++
		}
		if pause.For(ctx, framePause) != nil || wait(ctx, changed, news, s.woken, shows) != nil || pause.For(ctx, frameSettle) != nil {
			return
		}
	}
}

// news is closed when what no row says may have changed; nil: the page shows rows alone.
func (f *found) news() <-chan struct{} {
	if f.News == nil {
		return nil
	}
	return f.News()
}

// renderFor renders a page for its stream.
func (c *Console) renderFor(ctx context.Context, out *output, to *found, query url.Values) rendered {
	c.hub.renders.Add(1)
	asked := c.newRequest(to, query)
	asked.Context, asked.Output = ctx, out.read
	return c.read(asked, to, c.choose(asked), nil)
}

// wait waits for a change of a row or of the clock, or for more output.
func wait(ctx context.Context, changed, news <-chan struct{}, woken <-chan struct{}, shows *shownClock) error {
	look := time.NewTicker(clockLook)
	defer look.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-changed:
			return nil
		case <-news:
			return nil
		case <-woken:
			return nil
		case <-look.C:
			if shows.moved() {
				return nil
			}
		}
	}
}

// shownClock knows what the clock shows in the browser, where the script has it go on.
type shownClock struct {
	clock page.Clock
	now   time.Time
	at    time.Time // in real time
	speed float64
}

func (s *shownClock) show() { s.now, s.at, s.speed = s.clock.Now(), time.Now(), s.clock.Speed() }

// moved reports whether the clock is not where a reader sees it.
func (s *shownClock) moved() bool {
	if s.at.IsZero() {
		return true
	}
	expected := s.now.Add(time.Duration(float64(time.Since(s.at)) * s.speed))
	tolerance := time.Duration(float64(time.Second) * max(1, s.speed))
	return s.clock.Speed() != s.speed || s.clock.Now().Sub(expected).Abs() > tolerance
}

// same reports whether nothing has changed.
func (f *frame) same(next rendered) bool { return len(f.changes(next)) == 0 && f.links == next.links }

// changes are the fragments that are new or others; if others have gone or their order has changed, it is main as a whole.
func (f *frame) changes(next rendered) (changed []fragment) {
	alike := len(f.fragments) == len(next.fragments)
	for i := 0; alike && i < len(next.fragments); i++ {
		alike = f.fragments[i].id == next.fragments[i].id
		if alike && f.fragments[i] != next.fragments[i] {
			changed = append(changed, next.fragments[i])
		}
	}
	if !alike {
		return []fragment{main(next)}
	}
	return changed
}

// main is all of a page's fragments.
func main(r rendered) fragment {
	var b strings.Builder
	b.WriteString(`<main id="main" tabindex="-1" data-live>`)
	for _, f := range r.fragments {
		b.WriteString(f.html)
	}
	b.WriteString("</main>")
	return fragment{"main", b.String()}
}

// newFrame is the frame of a number, after the last one, which may be nil.
func newFrame(epoch string, n uint64, last *frame, next rendered, clock string) *frame {
	f := &frame{rendered: next, id: epoch + "." + strconv.FormatUint(n, 10)}
	f.whole = sync.OnceValue(func() []byte { return event(f.id, main(next), fragment{html: next.links}, fragment{"clock", clock}) })
	if last != nil {
		f.before = last.id
		changed := last.changes(next)
		if last.links != next.links {
			changed = append(changed, fragment{html: next.links})
		}
		f.step = event(f.id, append(changed, fragment{"clock", clock})...)
	}
	return f
}

// event is a server-sent event with fragments.
func event(id string, fragments ...fragment) []byte {
	var b strings.Builder
	b.WriteString("event: fragments\nid: " + id + "\n")
	for _, f := range fragments {
		for line := range strings.SplitSeq(strings.ReplaceAll(f.html, "\r", "&#13;"), "\n") {
			b.WriteString("data: " + line + "\n")
		}
	}
	b.WriteString("\n")
	return []byte(b.String())
}
