package ssmsession_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/exec/ssmsession"
)

// TestSessionsWithoutClientsKeepNoOthersOut: they do not count, and the oldest of them give way.
func TestSessionsWithoutClientsKeepNoOthersOut(t *testing.T) {
	inWorld(t, func(w *world) {
		first := w.start("sh")
		time.Sleep(time.Second) // the others wait longer
		var last ssmsession.Ticket
		for range ssmsession.MaxSessions + 10 {
			last = w.start("sh")
		}
		if waiting := len(w.kernel.Active(scope)); waiting != 1000 {
			t.Errorf("%d sessions wait for their clients", waiting)
		}
		if status, over := w.over(first.SessionID); over && status != ssmsession.Terminated || w.status(first.SessionID) != "" {
			t.Errorf("the oldest one is %s%s", status, w.status(first.SessionID))
		}
		w.connect(last, nil)
		if got := w.status(last.SessionID); got != ssmsession.Connected {
			t.Errorf("the newest one is %s", got)
		}
		o, err := w.open()
		if err != nil {
			t.Fatalf("a program is kept out: %v", err)
		}
		o.Close()
	})
}

// TestAContainerThatHasGotFull: a client that comes when others have taken all places is told so.
func TestAContainerThatHasGotFull(t *testing.T) {
	inWorld(t, func(w *world) {
		late := w.start("sh")
		w.connect(w.start("sh"), nil)
		for range ssmsession.MaxSessions - 1 {
			o, err := w.open()
			if err != nil {
				t.Fatal(err)
			}
			defer o.Close()
		}
		limit := (*ssmsession.LimitError)(nil)
		if _, err := w.kernel.Start(ssmsession.Request{ID: "more", Scope: scope, TaskARN: "task", Container: "app"}); !errors.As(err, &limit) {
			t.Errorf("one more than there may be: %v", err)
		}
		w.connect(late, nil).hearsEnd(limit.Error())
		synctest.Wait()
		if status, over := w.over(late.SessionID); !over || status != ssmsession.Failed {
			t.Errorf("the one that came too late is %s", status)
		}
	})
}
