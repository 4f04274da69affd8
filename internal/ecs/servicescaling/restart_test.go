package servicescaling

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

// hangs has UpdateService never answer from now on. With done it does its work first, as if the emulator had died before
// the answer.
func (w *world) hangs(done bool) (goesOn func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	over := make(chan struct{})
	w.answer = func(desired int) (int, string) {
		if done {
			w.scale(desired)
		}
		<-over
		return http.StatusInternalServerError, "{}"
	}
	return func() {
		w.mu.Lock()
		w.answer = nil
		w.mu.Unlock()
		close(over)
	}
}

// crash ends the controller where it is, and begins another one with what is written.
func (w *world) crash(meanwhile func()) {
	synctest.Wait()
	ended := make(chan struct{})
	go func() { w.stop(); close(ended) }()
	synctest.Wait()
	meanwhile()
	<-ended
	w.start()
}

// Wherever the emulator ends between an alarm and the end of its activity, the step is made once.
func TestRestarts(t *testing.T) {
	const (
		asked = iota // the action of the alarm waits
		decided
		called
		begun
		reached
		all
	)
	for at := range all {
		inBubble(t, 1, func(w *world) {
			w.target(1, 5)
			p := w.steps("step", 2)
			w.starve = at == begun
			switch at {
			case asked:
				w.stop()
				w.alarm("step", p, 60)
				time.Sleep(time.Minute) // of the bubble: the data were fresh when the alarm asked
				w.start()
			case decided, called:
				goesOn := w.hangs(at == called)
				w.alarm("step", p, 60)
				w.crash(goesOn)
			default:
				w.alarm("step", p, 60)
				w.advance(10 * time.Second)
				w.crash(func() {})
			}
			w.advance(time.Second)
			if w.starve {
				w.starve = false
				w.scale(3)
			}
			w.advance(time.Hour)
			w.shows("0s Setting desired count to 3. monitor alarm step in state ALARM triggered policy step: Successful after 30: Successfully set desired count to 3. Change successfully fulfilled by ecs.")
			if w.desired() != 3 || len(w.history("step")) != 1 {
				t.Errorf("%d: the desired count is %d; %v", at, w.desired(), w.history("step"))
			}
		})
	}
}

// What other callers set while the emulator is away stays.
func TestRestartAfterAnotherCaller(t *testing.T) {
	inBubble(t, 1, func(w *world) {
		w.target(1, 5)
		p := w.steps("step", 2)
		goesOn := w.hangs(false)
		w.alarm("step", p, 60)
		w.crash(func() { w.scale(4); goesOn() })
		w.advance(time.Hour)
		w.shows("0s Setting desired count to 3. monitor alarm step in state ALARM triggered policy step: Overridden after 0: Successfully set desired count to 3. Found it was later changed to 4.")
		if w.desired() != 4 {
			t.Errorf("the desired count is %d", w.desired())
		}
	})
}
