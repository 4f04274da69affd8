package control_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ecs-emulator/ecs-emulator/handlers/control"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam/decision"
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
)

const (
	deployRole = "arn:aws:iam::123456789012:role/deploy"
	ciSession  = "arn:aws:sts::123456789012:assumed-role/deploy/ci"
	webTask    = "arn:aws:ecs:us-east-1:123456789012:task/shop/0123456789abcdef0123456789abcdef"
)

// accessWorld has the decisions about a session: it may see the task and may not stop it.
type accessWorld struct {
	*eventsWorld
	decisions *decision.Log
	mode      string
}

func newAccessWorld(t *testing.T, closing context.Context) *accessWorld {
	w := &accessWorld{decisions: &decision.Log{}, mode: "enforce"}
	if closing == nil {
		closing = t.Context()
	}
	log := slog.New(slog.DiscardHandler)
	w.eventsWorld = &eventsWorld{t, newStore(t), nil}
	w.handler = control.Handler(control.Options{
		Store: w.store, Log: log, Closing: closing, Clock: fixedClock{},
		Routes: control.AccessRoutes(control.AccessOptions{Decisions: w.decisions, Mode: func() string { return w.mode }, Closing: closing, Log: log}),
	})
	w.decide("request-1", "ecs:DescribeTasks", 0)
	w.decide("request-2", "ecs:StopTask", time.Minute)
	return w
}

var allowed = policy.Compile(`{"Version":"2012-10-17","Statement":[{"Sid":"See","Effect":"Allow","Action":"ecs:Describe*","Resource":"*"},
	{"Sid":"Own","Effect":"Allow","Action":"ecs:StopTask","Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/team":"shop","ecs:cluster":"x"}}}]}`)

// decide records what policies say about an action on the task.
func (w *accessWorld) decide(id, action string, after time.Duration) {
	r := policy.Request{
		Action: action, Resource: webTask, Principal: policy.Principal{Account: "123456789012", ARN: ciSession, Role: deployRole},
		Keys: policy.Known{"aws:resourcetag/team": policy.Is("blue")},
	}
	p := policy.Policies{Identity: []policy.Source{{Name: "ci", Policy: allowed}}}
	is := policy.Decide(r, p)
	d := decision.Decision{
		RequestID: id, Time: time.Unix(1e9, 0).UTC().Add(after), Principal: ciSession, Role: deployRole, Account: "123456789012", Region: "us-east-1",
		Action: action, Resource: webTask, Decision: decision.Allowed, Enforced: true, Layer: is.Layer.String(), Policy: is.Policy, Statement: is.Statement,
		Service: "ecs", Operation: strings.TrimPrefix(action, "ecs:"), Explain: func() decision.Explanation { return decision.Explain(r, p) },
	}
	if !is.Allowed {
		d.Decision, d.Reason = decision.Denied, is.Because(action)
	}
	w.decisions.Record(d)
}

// get answers a request for something below /_emulator/access.
func (w *accessWorld) get(below string) (code int, body string) {
	answer := httptest.NewRecorder()
	w.handler.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, control.Prefix+"access"+below, nil))
	return answer.Code, answer.Body.String()
}

func TestDecisionsAreListed(t *testing.T) {
	w := newAccessWorld(t, nil)
	code, body := w.get("")
	const want = `{
  "mode": "enforce",
  "allowed": 1,
  "denied": 1,
  "decisions": [
    {
      "requestId": "request-1",
      "time": "2001-09-09T01:46:40Z",
      "principal": "arn:aws:sts::123456789012:assumed-role/deploy/ci",
      "account": "123456789012",
      "region": "us-east-1",
      "action": "ecs:DescribeTasks",
      "resource": "arn:aws:ecs:us-east-1:123456789012:task/shop/0123456789abcdef0123456789abcdef",
      "decision": "allowed",
      "enforced": true,
      "reason": "",
      "layer": "identity",
      "policy": "ci",
      "statement": "See"
    },
    {
      "requestId": "request-2",
      "time": "2001-09-09T01:47:40Z",
      "principal": "arn:aws:sts::123456789012:assumed-role/deploy/ci",
      "account": "123456789012",
      "region": "us-east-1",
      "action": "ecs:StopTask",
      "resource": "arn:aws:ecs:us-east-1:123456789012:task/shop/0123456789abcdef0123456789abcdef",
      "decision": "denied",
      "enforced": true,
      "reason": "because no identity-based policy allows the ecs:StopTask action",
      "layer": "identity",
      "policy": "",
      "statement": ""
    }
  ]
}
`
	if diff := cmp.Diff(want, body); code != http.StatusOK || diff != "" {
		t.Errorf("status %d: %s", code, diff)
	}
	for query, ids := range map[string]string{
		"?decision=denied": "request-2", "?decision=allowed": "request-1", "?action=ecs:stoptask": "request-2", "?principal=" + deployRole: "request-1 request-2",
		"?principal=arn:aws:iam::123456789012:user/dev": "", "?since=2001-09-09T01:47:40Z": "request-2", "?since=2001-09-09T01:47:41Z&follow=false": "",
	} {
		var report decision.Report
		code, body := w.get(query)
		err := json.Unmarshal([]byte(body), &report)
		var got []string
		for _, d := range report.Decisions {
			got = append(got, d.RequestID)
		}
		if err != nil || code != http.StatusOK || strings.Join(got, " ") != ids || report.Allowed != 1 || report.Denied != 1 {
			t.Errorf("%s: status %d, %s, %v", query, code, body, err)
		}
	}
}

func TestDecisionsThatCannotBeChosen(t *testing.T) {
	w := newAccessWorld(t, nil)
	for below, want := range map[string]string{
		"?decision=deny":            "decision is allowed or denied, not deny",
		"?since=soon":               "since is not a time such as 2026-01-31T15:04:05Z: soon",
		"?principal=deploy":         "principal is not an ARN such as arn:aws:iam::123456789012:role/deploy: deploy",
		"?princpal=" + deployRole:   "there is no parameter princpal; there are principal, action, decision, since, follow",
		"?follow=yes":               "follow is true or false, not yes",
		"/policy":                   "principal is missing: the ARN of a user, a role or a session",
		"/policy?principal=deploy":  "principal is not an ARN such as arn:aws:iam::123456789012:role/deploy: deploy",
		"/policy?decision=denied":   "there is no parameter decision; there are principal, since",
		"/policy?since=1&principal": "since is not a time such as 2026-01-31T15:04:05Z: 1",
	} {
		if code, body := w.get(below); code != http.StatusBadRequest || !strings.Contains(body, want) {
			t.Errorf("%s: status %d, %s", below, code, body)
		}
	}
	for below, want := range map[string]string{
		"/request-3": "there is no decision about a request request-3: it has another id, asked for nothing that policies decide, or is older than the decisions that are kept",
		"/policy?principal=arn:aws:iam::123456789012:user/dev": "no calls of arn:aws:iam::123456789012:user/dev were seen",
	} {
		if code, body := w.get(below); code != http.StatusNotFound || !strings.Contains(body, want) {
			t.Errorf("%s: status %d, %s", below, code, body)
		}
		w.mode = "off"
		if _, body := w.get(below); !strings.Contains(body, ": access is not checked (--iam=off)") {
			t.Errorf("%s: %s", below, body)
		}
		w.mode = "enforce"
	}
}

func TestDecisionsComeAsTheyAreMade(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		closing, begin := context.WithCancel(t.Context())
		w := newAccessWorld(t, closing)
		c := w.askPath("access?follow=true&decision=denied", &client{})
		expect := func(want ...string) {
			t.Helper()
			synctest.Wait()
			var got []string
			for in := json.NewDecoder(strings.NewReader(c.received())); in.More(); {
				var d decision.Decision
				if err := in.Decode(&d); err != nil {
					t.Fatal(err)
				}
				got = append(got, d.RequestID)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		}
		expect("request-2")
		w.decide("request-3", "ecs:DescribeTasks", 2*time.Minute)
		expect()
		w.decide("request-4", "ecs:StopTask", 2*time.Minute)
		expect("request-4")
		w.decisions.Forget()
		w.decide("request-5", "ecs:StopTask", 2*time.Minute)
		expect("request-5")
		if got := c.header.Get("Content-Type"); got != "application/x-ndjson" {
			t.Errorf("content type %q", got)
		}
		begin()
		w.expectGone(c)
	})
}

func TestASlowReaderOfDecisionsIsToldWhatItMissed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newAccessWorld(t, nil)
		c := w.askPath("access?follow=true&action=ecs:StopTask&decision=allowed", &client{stalls: make(chan struct{})})
		synctest.Wait()
		w.decisions.Record(decision.Decision{Action: "ecs:StopTask", Decision: decision.Allowed, Principal: "first"})
		synctest.Wait() // the client does not read it
		for range 10_004 {
			w.decisions.Record(decision.Decision{Decision: decision.Denied})
		}
		close(c.stalls)
		synctest.Wait()
		lines := strings.Split(c.received(), "\n")
		if len(lines) != 3 || !strings.Contains(lines[0], `"first"`) || lines[1] != `{"missed":4}` {
			t.Errorf("%q", lines)
		}
		c.leave()
		w.expectGone(c)
	})
}

func TestADecisionIsExplained(t *testing.T) {
	w := newAccessWorld(t, nil)
	code, body := w.get("/request-2")
	var got decision.RequestReport
	if err := json.Unmarshal([]byte(body), &got); err != nil || code != http.StatusOK || len(got.Decisions) != 1 {
		t.Fatalf("status %d, %s, %v", code, body, err)
	}
	d := got.Decisions[0]
	if d.RequestID != "request-2" || d.Decision.Decision != decision.Denied || d.Action != "ecs:StopTask" {
		t.Errorf("it is about %+v", d.Decision)
	}
	if diff := cmp.Diff(map[string][]string{"aws:resourcetag/team": {"blue"}}, d.Keys); diff != "" {
		t.Error(diff)
	}
	want := []decision.LayerReport{
		{Layer: "resource", Conditions: []decision.ConditionReport{}},
		{Layer: "identity", Policy: "ci", Statement: "Own", Lacks: "condition", Conditions: []decision.ConditionReport{
			{Operator: "StringEquals", Key: "aws:ResourceTag/team", Wants: []string{"shop"}, Has: []string{"blue"}},
		}},
	}
	if diff := cmp.Diff(want, d.Layers); diff != "" {
		t.Error(diff)
	}
	for _, member := range []string{`"keys"`, `"layers"`, `"conditions"`, `"operator"`, `"holds"`, `"lacks"`, `"missing"`} {
		if !strings.Contains(body, member) {
			t.Errorf("%s lacks %s", body, member)
		}
	}
}

func TestARequestIsKnownByTheBeginningOfItsID(t *testing.T) {
	w := newAccessWorld(t, nil)
	w.decide("0123abcd-1", "ecs:StopTask", time.Minute)
	w.decide("0123abcd-1", "ecs:DescribeTasks", time.Minute)
	var got decision.RequestReport
	code, body := w.get("/0123abcd")
	if err := json.Unmarshal([]byte(body), &got); err != nil || code != http.StatusOK || got.RequestID != "0123abcd-1" || len(got.Decisions) != 2 {
		t.Errorf("status %d, %s, %v", code, body, err)
	}
	if code, body := w.get("/0123abc"); code != http.StatusNotFound {
		t.Errorf("fewer letters: status %d, %s", code, body)
	}
	w.decide("0123abcd-2", "ecs:StopTask", time.Minute)
	if code, body := w.get("/0123abcd"); code != http.StatusBadRequest || !strings.Contains(body, "several requests have an id that begins with 0123abcd") {
		t.Errorf("of two: status %d, %s", code, body)
	}
}

func TestThePolicyOfAPrincipal(t *testing.T) {
	w := newAccessWorld(t, nil)
	code, body := w.get("/policy?principal=" + deployRole)
	const want = `{
  "document": {
    "Version": "2012-10-17",
    "Statement": [
      {
        "Effect": "Allow",
        "Action": [
          "ecs:DescribeTasks",
          "ecs:StopTask"
        ],
        "Resource": "arn:aws:ecs:us-east-1:123456789012:task/shop/*"
      }
    ]
  },
  "notes": [
    "arn:aws:ecs:us-east-1:123456789012:task/shop/* stands for ` + webTask + `"
  ]
}
`
	if diff := cmp.Diff(want, body); code != http.StatusOK || diff != "" {
		t.Errorf("status %d: %s", code, diff)
	}
	for range 10_000 {
		w.decide("another", "ecs:DescribeTasks", 2*time.Minute)
	}
	if _, body := w.get("/policy?principal=" + ciSession); !strings.Contains(body, "the first 2 decisions are not kept any more: the policy lacks what only they needed") {
		t.Error(body)
	}
	if _, body := w.get("/policy?principal=" + ciSession + "&since=2001-09-09T01:48:41Z"); !strings.Contains(body, "no calls of "+ciSession+" were seen") {
		t.Error(body)
	}
}

func TestDecisionsAreMeasured(t *testing.T) {
	w := newAccessWorld(t, nil)
	w.decide("request-3", "ecs:StopTask", time.Minute)
	var to control.Exposition
	control.MeasureAccess(w.decisions)(t.Context(), &to)
	const want = `# HELP ecs_emulator_access_decisions_total Decisions about what callers may do; without --iam=enforce a denied call goes on.
# TYPE ecs_emulator_access_decisions_total counter
ecs_emulator_access_decisions_total{decision="allowed",operation="DescribeTasks",service="ecs"} 1
ecs_emulator_access_decisions_total{decision="denied",operation="DescribeTasks",service="ecs"} 0
ecs_emulator_access_decisions_total{decision="allowed",operation="StopTask",service="ecs"} 0
ecs_emulator_access_decisions_total{decision="denied",operation="StopTask",service="ecs"} 2
`
	if diff := cmp.Diff(want, to.String()); diff != "" {
		t.Error(diff)
	}
}

func TestRefusalsAreMeasured(t *testing.T) {
	w := newAccessWorld(t, nil)
	for _, operation := range []string{"StopTask", "ListTasks", "StopTask"} {
		w.decisions.Refused(decision.Call{Service: "ecs", Operation: operation})
	}
	var to control.Exposition
	control.MeasureAccess(w.decisions)(t.Context(), &to)
	const want = `# HELP ecs_emulator_access_refusals_total Requests that are refused for their signature, keys or web identity; without --iam=enforce they go on.
# TYPE ecs_emulator_access_refusals_total counter
ecs_emulator_access_refusals_total{operation="ListTasks",service="ecs"} 1
ecs_emulator_access_refusals_total{operation="StopTask",service="ecs"} 2
`
	if !strings.HasSuffix(to.String(), want) {
		t.Error(to.String())
	}
}
