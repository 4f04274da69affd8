package console_test

import (
	"context"
	"errors"
	"html"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/handlers/console"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// lastID is the id of the last event of a text.
func lastID(text string) string {
	_, rest, _ := strings.Cut(text[max(0, strings.LastIndex(text, "\nid: ")):], "id: ")
	id, _, _ := strings.Cut(rest, "\n")
	return id
}

func TestAPageIsRenderedOnceForAllViewers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		w.add("a")
		time.Sleep(time.Minute)
		if n := w.Renders(); n != 0 {
			t.Errorf("without a viewer there are %d renders", n)
		}
		var viewers []*viewer
		for range 100 {
			viewers = append(viewers, w.follow("", "", nil))
		}
		synctest.Wait()
		for range 10 {
			time.Sleep(5 * time.Second)
			if n := w.Renders(); n != 1 {
				t.Fatalf("nothing changes, and there are %d renders", n)
			}
		}
		for _, v := range viewers {
			if first := v.received(); !strings.Contains(first, `<main id="main"`) || !strings.Contains(first, `id="name-a"`) {
				t.Fatalf("first: %q", first)
			}
		}
		w.add("b")
		time.Sleep(2 * time.Second)
		if n := w.Renders(); n != 2 {
			t.Errorf("after a change there are %d renders", n)
		}
		step := viewers[0].received()
		if !strings.Contains(step, `id="name-b"`) || strings.Contains(step, "<main") || strings.Contains(step, "section-filter") {
			t.Errorf("a change of one section: %q", step)
		}
		for i, v := range viewers {
			if got := v.received(); i > 0 && got != step {
				t.Errorf("viewer %d got %q", i, got)
			}
			v.leave()
			if !v.gone() {
				t.Error("a viewer does not leave")
			}
		}
		w.add("c")
		time.Sleep(time.Minute)
		if n := w.Renders(); n != 2 {
			t.Errorf("all have left, and there are %d renders", n)
		}
		w.Close() // which returns
	})
}

func TestABurstIsShownTwiceASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		v := w.follow("", "", nil)
		synctest.Wait()
		for i := range 200 {
			w.add(string(rune('a'+i%26)) + string(rune('a'+i/26)))
			time.Sleep(50 * time.Millisecond)
		}
		if n := w.Renders(); n < 10 || n > 21 {
			t.Errorf("10 seconds of changes have %d renders", n)
		}
		v.leave()
		v.gone()
	})
}

func TestASlowReaderGetsTheNewestFragment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		slow := w.follow("", "", &viewer{stalls: make(chan struct{})})
		fast := w.follow("", "", nil)
		synctest.Wait()
		for _, name := range []string{"a", "b", "c", "d"} {
			w.add(name)
			time.Sleep(time.Second)
		}
		if n := strings.Count(fast.received(), "event: fragments"); n != 5 {
			t.Errorf("the fast reader got %d events", n)
		}
		close(slow.stalls)
		synctest.Wait()
		got := slow.received()
		if n := strings.Count(got, "event: fragments"); n != 2 {
			t.Errorf("the slow reader got %d events: the first one, and the newest: %q", n, got)
		}
		_, newest, _ := strings.Cut(got[1:], "event: fragments")
		for _, name := range []string{"a", "b", "c", "d"} {
			if !strings.Contains(newest, `id="name-`+name+`"`) {
				t.Errorf("the newest lacks %s", name)
			}
		}
		slow.leave()
		fast.leave()
		slow.gone()
		fast.gone()
	})
}

func TestAViewerCatchesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		stays, goes := w.follow("", "", nil), w.follow("", "", nil)
		synctest.Wait()
		id := lastID(goes.received())
		goes.leave()
		goes.gone()
		back := w.follow("", id, nil)
		synctest.Wait()
		if got := back.received(); got != "" {
			t.Errorf("nothing has changed: %q", got)
		}
		w.add("a")
		time.Sleep(time.Second)
		if got := back.received(); strings.Contains(got, "<main") || !strings.Contains(got, `id="name-a"`) {
			t.Errorf("one step later: %q", got)
		}
		for _, unknown := range []string{"0123abcd.7", "nothing", id} {
			late := w.follow("", unknown, nil)
			synctest.Wait()
			got := late.received()
			if first := unknown == id; first == strings.Contains(got, "<main") || !strings.Contains(got, `id="name-a"`) {
				t.Errorf("after %s: %q", unknown, got)
			}
			late.leave()
			late.gone()
		}
		back.leave()
		stays.leave()
		back.gone()
		stays.gone()
	})
}

func TestStreamsEndWithTheEmulator(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		closing, begin := context.WithCancel(t.Context())
		w := newWorld(t, func(o *console.Options) { o.Closing = closing })
		v := w.follow("", "", nil)
		if v.gone() {
			t.Fatal("the stream has ended")
		}
		time.Sleep(20 * time.Second)
		if got := v.received(); !strings.HasSuffix(got, "\n\n:\n\n") {
			t.Errorf("a quiet stream does not show that it lives: %q", got)
		}
		begin()
		if !v.gone() {
			t.Error("the stream goes on")
		}
		w.Close()
	})
}

func TestAStreamTellsThatItsThingIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		w.add("shop")
		v := w.follow("/things/shop", "", nil)
		synctest.Wait()
		v.received()
		w.remove("shop")
		time.Sleep(time.Second)
		if got := v.received(); !strings.Contains(got, "there is no shop") {
			t.Errorf("got %q", got)
		}
		new := w.follow("/things/shop", "", nil)
		if !new.gone() || new.status != http.StatusNotFound {
			t.Errorf("a new stream of what is gone: status %d", new.status)
		}
		v.leave()
		v.gone()
	})
}

func TestAPageThatPanicsEndsNothingElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		if answer := w.get("/panics"); answer.Code != http.StatusInternalServerError || strings.Contains(answer.Body.String(), "<script>alert") {
			t.Errorf("the page: %d %s", answer.Code, answer.Body)
		}
		v := w.follow("/panics", "", nil)
		if !v.gone() || v.status != http.StatusInternalServerError {
			t.Errorf("its stream: status %d", v.status)
		}
		w.Close()
	})
}

// A page that shows the only region in which something is goes on with it once something is in another one.
func TestAStreamStaysInItsRegion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		w.addIn(arn.Scope{Region: "eu-west-1", Account: scope.Account}, "shop")
		_, rest, _ := strings.Cut(w.get("/things/shop").Body.String(), ` data-live="`+console.Prefix)
		to, _, found := strings.Cut(rest, `"`)
		v := w.follow(html.UnescapeString(to), "", nil)
		synctest.Wait()
		if got := v.received(); !found || !strings.Contains(got, "<h1>shop</h1>") {
			t.Fatalf("the stream %q: %q", to, got)
		}
		w.add("other")
		time.Sleep(time.Second)
		if got := v.received(); strings.Contains(got, "there is no shop") || !strings.Contains(got, `aria-current="true">eu-west-1<`) ||
			!strings.Contains(got, `<a id="first" class="name" href="/_emulator/console?account=000000000000&amp;region=eu-west-1">`) {
			t.Errorf("the stream %s: %q", to, got)
		}
		v.leave()
		v.gone()
	})
}

func TestTheClockWakesStreams(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil) // whose clock stands still
		v := w.follow("", "", nil)
		synctest.Wait()
		v.received()
		time.Sleep(10 * time.Second)
		if got := v.received(); got != "" {
			t.Errorf("nothing moves: %q", got)
		}
		if err := w.clock.Advance(t.Context(), time.Hour); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Second)
		if got := v.received(); !strings.Contains(got, `<p id="clock"`) || !strings.Contains(got, "23:13:20") || strings.Contains(got, "<section") {
			t.Errorf("the clock has moved: %q", got)
		}
		v.leave()
		v.gone()
	})
}

func TestOutputIsFollowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		more := make(chan string)
		reading := 0
		w.logs = func(ctx context.Context, o backend.LogOptions) error {
			if err := o.Write(time.Unix(1, 0), false, "first"); !o.Follow || err != nil {
				return err
			}
			if reading++; !o.Since.Equal(time.Unix(1, 1)) {
				t.Errorf("it follows since %v", o.Since)
			}
			for {
				select {
				case <-ctx.Done():
					reading--
					return ctx.Err()
				case line := <-more:
					if err := o.Write(time.Unix(2, 0), false, line); err != nil {
						return err
					}
				}
			}
		}
		if body := w.get("/output").Body.String(); !strings.Contains(body, ">first</span>") {
			t.Errorf("the page: %s", body)
		}
		v := w.follow("/output", "", nil)
		synctest.Wait()
		if got := v.received(); !strings.Contains(got, ">first</span>") || reading != 1 {
			t.Errorf("%d readers: %q", reading, got)
		}
		more <- "\x1b[1;31mred\x1b[0m and \x07" + nasty
		time.Sleep(time.Second)
		got := v.received()
		if !strings.Contains(got, `<span class="bold fg-red">red</span>`) || !strings.Contains(got, "and ␇") || strings.Contains(got, "<script>") || strings.Contains(got, "\x07") {
			t.Errorf("a line: %q", got)
		}
		v.leave()
		if !v.gone() || reading != 0 {
			t.Errorf("%d readers are left", reading)
		}
	})
}

// The engine goes away for half a minute, and the page goes on after the lines that it has.
func TestOutputIsFollowedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		var away atomic.Bool
		began := 0
		w.logs = func(ctx context.Context, o backend.LogOptions) error {
			if away.Load() {
				return errors.New("the engine is silent")
			}
			for i, text := range []string{"first", "second"} {
				if at := time.Unix(int64(i+1), 0); i < max(began, 1) && !at.Before(o.Since) {
					if err := o.Write(at, false, text); err != nil {
						return err
					}
				}
			}
			if !o.Follow {
				return nil
			}
			began++
			for ctx.Err() == nil && !away.Load() {
				time.Sleep(time.Second)
			}
			return errors.New("the engine is silent")
		}
		v := w.follow("/tolerant", "", nil)
		time.Sleep(3 * time.Second)
		v.received()
		away.Store(true)
		time.Sleep(30 * time.Second)
		if got := v.received(); strings.Count(got, "event:") != 1 || !strings.Contains(got, "silent") {
			t.Errorf("the engine is away: %q", got)
		}
		began = 2
		away.Store(false)
		time.Sleep(10 * time.Second)
		if got := v.received(); strings.Contains(got, "silent") || strings.Count(got, ">first</span>") != 1 || strings.Count(got, ">second</span>") != 1 {
			t.Errorf("the engine is back: %q", got)
		}
		v.leave()
		time.Sleep(2 * time.Second)
		v.gone()
		w.Close()
	})
}
