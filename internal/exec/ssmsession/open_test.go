package ssmsession_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/exec/ssmsession"
)

// open starts a program for a client without a data channel.
func (w *world) open() (*ssmsession.Open, error) {
	return w.kernel.Open(w.Context(), "task", "app", backend.ExecSpec{Command: []string{"cat"}})
}

func TestProgramsWithoutDataChannelCountAsSessions(t *testing.T) {
	inWorld(t, func(w *world) {
		var last *ssmsession.Open
		for range ssmsession.MaxSessions - 1 {
			o, err := w.open()
			if err != nil {
				t.Fatal(err)
			}
			defer o.Close()
			last = o
		}
		w.connect(w.start("sh"), nil)
		limit := (*ssmsession.LimitError)(nil)
		if _, err := w.open(); !errors.As(err, &limit) {
			t.Errorf("one more than there may be: %v", err)
		}
		last.Close()
		again, err := w.open()
		if err != nil {
			t.Fatalf("after one has ended: %v", err)
		}
		again.Close()
		w.fail = backend.ErrNotRunning
		for range 2 { // the first one that fails leaves its place
			if _, err := w.open(); !errors.Is(err, backend.ErrNotRunning) {
				t.Errorf("a program that does not start: %v", err)
			}
		}
	})
}

// TestProgramsWithoutDataChannelEndWithTheEmulator also where their client hears nothing any more.
func TestProgramsWithoutDataChannelEndWithTheEmulator(t *testing.T) {
	inWorld(t, func(w *world) {
		for name, deaf := range map[string]bool{"a client that listens": false, "a client that is deaf": true} {
			o, err := w.open()
			if err != nil {
				t.Fatal(err)
			}
			told := make(chan string, 1)
			go func() {
				if _, _, err := o.Read(make([]byte, 1)); err == nil {
					t.Errorf("%s: Read succeeds", name)
				}
				if deaf {
					<-o.Context().Done()
				}
				told <- o.Ended()
				o.Close()
			}()
			synctest.Wait()
			before := time.Now()
			w.kernel.EndAll("the emulator was reset")
			if got := <-told; got != "the emulator was reset" {
				t.Errorf("%s is told %q", name, got)
			}
			if took, want := time.Since(before), map[bool]time.Duration{true: time.Second}[deaf]; took != want {
				t.Errorf("%s is waited for %v, want %v", name, took, want)
			}
		}
		w.kernel.Close("bye")
		if _, err := w.open(); !errors.Is(err, ssmsession.ErrClosed) {
			t.Errorf("a program after the end: %v", err)
		}
	})
}
