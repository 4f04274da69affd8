package decision_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam/decision"
)

var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// stop is the n-th of some decisions about ecs:StopTask, a second after the one before. Each third is denied.
func stop(n int) decision.Decision {
	d := decision.Decision{
		RequestID: fmt.Sprint("request-", n), Time: start.Add(time.Duration(n) * time.Second), Principal: "arn:aws:iam::123456789012:user/dev",
		Action: "ecs:StopTask", Decision: decision.Allowed, Service: "ecs", Operation: "StopTask",
	}
	if n%3 == 0 {
		d.Decision = decision.Denied
	}
	return d
}

// ids are the ids of decisions' requests.
func ids(list []decision.Decision) (all []string) {
	for _, d := range list {
		all = append(all, d.RequestID)
	}
	return all
}

func TestTheNewestTenThousandAreKept(t *testing.T) {
	var log decision.Log
	for n := range 12_345 {
		log.Record(stop(n))
	}
	list, news := log.After(0, decision.Filter{})
	if len(list) != 10_000 || list[0].RequestID != "request-2345" || list[9_999].RequestID != "request-12344" || news.Missed != 2345 {
		t.Errorf("%d decisions from %s to %s, %d missed", len(list), list[0].RequestID, list[len(list)-1].RequestID, news.Missed)
	}
	if got := log.Total(); got != (decision.Count{Allowed: 8230, Denied: 4115}) {
		t.Errorf("counts are %+v", got)
	}
	if got := log.Of("request-2344"); got != nil {
		t.Errorf("a decision that is not kept is found: %v", got)
	}
	if got := ids(log.Of("request-2345")); len(got) != 1 {
		t.Errorf("of a request: %v", got)
	}
	for since, missed := range map[int]uint64{2344: 2345, 2345: 2345, 2346: 0, 12_000: 0} {
		if _, news := log.After(0, decision.Filter{Since: stop(since).Time}); news.Missed != missed {
			t.Errorf("%d decisions are missed that may be since number %d, want %d", news.Missed, since, missed)
		}
	}
}

func TestDecisionsAreChosen(t *testing.T) {
	var log decision.Log
	for n := range 4 {
		log.Record(stop(n))
	}
	session := stop(4)
	session.Principal, session.Role = "arn:aws:sts::123456789012:assumed-role/deploy/ci", "arn:aws:iam::123456789012:role/deploy"
	log.Record(session)
	again := stop(4)
	again.Action, again.Service, again.Operation = "ecs:TagResource", "ecs", "RunTask"
	log.Record(again)
	for name, test := range map[string]struct {
		filter decision.Filter
		want   []string
	}{
		"all":              {decision.Filter{}, []string{"request-0", "request-1", "request-2", "request-3", "request-4", "request-4"}},
		"denied":           {decision.Filter{Decision: decision.Denied}, []string{"request-0", "request-3"}},
		"since":            {decision.Filter{Since: stop(3).Time, Decision: decision.Allowed}, []string{"request-4", "request-4"}},
		"of a user":        {decision.Filter{Principal: "arn:aws:iam::123456789012:user/dev", Since: stop(2).Time}, []string{"request-2", "request-3", "request-4"}},
		"of a session":     {decision.Filter{Principal: session.Principal}, []string{"request-4"}},
		"of a role":        {decision.Filter{Principal: session.Role}, []string{"request-4"}},
		"of an action":     {decision.Filter{Action: "ECS:tagresource"}, []string{"request-4"}},
		"of a request":     {decision.Filter{RequestID: "request-4"}, []string{"request-4", "request-4"}},
		"of another user":  {decision.Filter{Principal: "arn:aws:iam::123456789012:user/de"}, nil},
		"of no such thing": {decision.Filter{Action: "ecs:Stop*"}, nil},
	} {
		if diff := cmp.Diff(test.want, ids(log.Select(test.filter))); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	want := map[decision.Call]decision.Count{{Service: "ecs", Operation: "StopTask"}: {Allowed: 3, Denied: 2}, {Service: "ecs", Operation: "RunTask"}: {Allowed: 1}}
	if diff := cmp.Diff(want, log.Counts()); diff != "" {
		t.Error(diff)
	}
}

func TestDecisionsAreFollowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log decision.Log
		log.Record(stop(1))
		got := make(chan []string)
		go func() {
			number := uint64(0)
			for {
				list, news := log.After(number, decision.Filter{Decision: decision.Allowed})
				if number = news.Newest; len(list) > 0 {
					got <- ids(list)
				}
				if len(list) > 0 && list[len(list)-1].RequestID == "request-11" {
					close(got)
					return
				}
				<-news.Changed
			}
		}()
		expect := func(want ...string) {
			t.Helper()
			if diff := cmp.Diff(want, <-got); diff != "" {
				t.Error(diff)
			}
		}
		expect("request-1")
		synctest.Wait() // it waits for more
		log.Record(stop(2))
		expect("request-2")
		synctest.Wait()
		log.Forget()
		log.Record(stop(3)) // denied
		log.Record(stop(4))
		expect("request-4")
		synctest.Wait()
		log.Record(stop(11))
		expect("request-11")
		<-got
	})
}

func TestAllIsForgotten(t *testing.T) {
	var log decision.Log
	for n := range 10_007 {
		log.Record(stop(n))
	}
	log.Forget()
	list, news := log.After(10_005, decision.Filter{})
	if len(list)+len(log.Counts()) > 0 || log.Total() != (decision.Count{}) || news.Missed > 0 {
		t.Errorf("%d decisions, %v, %d missed", len(list), log.Counts(), news.Missed)
	}
	for n := range 10_003 {
		log.Record(stop(n))
	}
	list, news = log.After(0, decision.Filter{})
	if len(list) != 10_000 || list[0].RequestID != "request-3" || list[9_999].RequestID != "request-10002" || news.Missed != 3 {
		t.Errorf("afterwards %d decisions from %s on, %d missed", len(list), list[0].RequestID, news.Missed)
	}
}

// Requests that are refused before policies are asked are no decisions, and are forgotten with them.
func TestRefusalsAreCounted(t *testing.T) {
	var log decision.Log
	list, describe := decision.Call{Service: "ecs", Operation: "ListClusters"}, decision.Call{Service: "ecs", Operation: "DescribeTasks"}
	for _, call := range []decision.Call{list, describe, list} {
		log.Refused(call)
	}
	if got := log.Refusals(); len(got) != 2 || got[list] != 2 || got[describe] != 1 {
		t.Errorf("refused are %v", got)
	}
	if total := log.Total(); total != (decision.Count{}) {
		t.Errorf("decisions are %v", total)
	}
	log.Forget()
	if got := log.Refusals(); len(got) > 0 {
		t.Errorf("afterwards refused are %v", got)
	}
}

// A decision is recorded for each request.
func TestRecordingTakesNoMemory(t *testing.T) {
	var log decision.Log
	d := stop(1)
	for range 10_000 {
		log.Record(&d)
	}
	if allocations := testing.AllocsPerRun(1000, func() { log.Record(&d) }); allocations > 0 {
		t.Errorf("a decision takes %v allocations", allocations)
	}
}
