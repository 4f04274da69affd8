package examination_test

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/diagnosis"
	"github.com/ecs-emulator/ecs-emulator/internal/host/doctor/examination"
)

// Who asks while an examination is under way has its answer, also when the one who began it has gone.
func TestOneExaminationIsForAllWhoAskMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		runs, end := 0, make(chan struct{})
		shared := examination.Shared{Run: func([]string) diagnosis.Report {
			runs++
			<-end
			return diagnosis.Of([]diagnosis.Check{{Name: "disk", Status: diagnosis.OK}})
		}}
		first, leave := context.WithCancel(t.Context())
		var left error
		go func() { _, left = shared.Examine(first, nil) }()
		synctest.Wait()
		var reports [3]diagnosis.Report
		for i := range reports {
			go func() { reports[i], _ = shared.Examine(t.Context(), nil) }()
		}
		synctest.Wait()
		leave()
		synctest.Wait()
		if !errors.Is(left, context.Canceled) {
			t.Errorf("the one who has left has %v", left)
		}
		close(end)
		synctest.Wait()
		for i, r := range reports {
			if len(r.Checks) != 1 {
				t.Errorf("report %d is %+v", i, r)
			}
		}
		if runs != 1 {
			t.Errorf("%d examinations were made", runs)
		}
		if again, err := shared.Examine(t.Context(), []string{"disk"}); err != nil || len(again.Checks) != 1 || runs != 2 {
			t.Errorf("afterwards: %+v, %v, %d examinations", again, err, runs)
		}
	})
}

// The names are names of checks: in which order, and how often, is all the same.
func TestTheOrderOfNamesMakesNoOtherExamination(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		runs, end := 0, make(chan struct{})
		shared := examination.Shared{Run: func([]string) diagnosis.Report {
			runs++
			<-end
			return diagnosis.Report{}
		}}
		for _, names := range [][]string{{"images", "sandbox"}, {"sandbox", "images"}, {"sandbox", "images", "sandbox"}} {
			go func() { _, _ = shared.Examine(t.Context(), names) }()
		}
		synctest.Wait()
		if runs != 1 {
			t.Errorf("%d examinations were made", runs)
		}
		close(end)
	})
}

// Each examination makes a network in a range that has room for a few.
func TestFewExaminationsAreMadeAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var running, most, made atomic.Int32
		shared := examination.Shared{Run: func([]string) diagnosis.Report {
			most.Store(max(most.Load(), running.Add(1)))
			time.Sleep(time.Second) // of the test's bubble
			running.Add(-1)
			made.Add(1)
			return diagnosis.Report{}
		}}
		var all sync.WaitGroup
		for i := range 50 {
			all.Go(func() {
				if _, err := shared.Examine(t.Context(), []string{strconv.Itoa(i)}); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if most.Load() > 4 || made.Load() != 50 {
			t.Errorf("%d of %d were made at once", most.Load(), made.Load())
		}
	})
}

// Nothing is closed under an examination, which would leave its sandbox behind.
func TestItIsWaitedForAnExamination(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		end := make(chan struct{})
		shared := examination.Shared{Run: func([]string) diagnosis.Report {
			<-end
			return diagnosis.Report{}
		}}
		shared.Wait() // there is none
		ctx, leave := context.WithCancel(t.Context())
		go func() { _, _ = shared.Examine(ctx, nil) }()
		synctest.Wait()
		leave() // it goes on
		waited := false
		go func() {
			shared.Wait()
			waited = true
		}()
		synctest.Wait()
		if waited {
			t.Error("it is not waited for")
		}
		close(end)
		synctest.Wait()
		if !waited {
			t.Error("it is waited for without end")
		}
	})
}
