package control_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/control"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/activity"
)

// texts are the texts of lines of JSON.
func texts(t *testing.T, body string) (list []string) {
	t.Helper()
	for in := json.NewDecoder(strings.NewReader(body)); in.More(); {
		var line activity.Line
		if err := in.Decode(&line); err != nil {
			t.Fatal(err)
		}
		list = append(list, line.Text)
	}
	return list
}

func (w *eventsWorld) askActivity(query string) *client {
	return w.askPath("activity"+query, &client{})
}

func TestActivityIsFollowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		closing, begin := context.WithCancel(t.Context())
		w := newEventsWorld(t, closing)
		w.add(1, 1)
		c := w.askActivity("?follow=true")
		synctest.Wait()
		if got := texts(t, c.received()); len(got) != 1 || got[0] != "task t1 of  in cluster shop is PROVISIONING" {
			t.Errorf("kept: %q", got)
		}
		w.add(2, 2)
		synctest.Wait()
		if got := texts(t, c.received()); len(got) != 1 || got[0] != "task t2 of  in cluster shop is PROVISIONING" {
			t.Errorf("followed: %q", got)
		}
		begin()
		w.expectGone(c)
	})
}

func TestActivitySinceATime(t *testing.T) {
	w := newEventsWorld(t, nil)
	w.add(1, 1)
	for since, lines := range map[string]int{"": 1, "2001-01-01T00:00:00Z": 1, "2001-09-10T00:00:00Z": 0} {
		answer := httptest.NewRecorder()
		w.handler.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, control.Prefix+"activity?since="+since, nil))
		if got := texts(t, answer.Body.String()); len(got) != lines {
			t.Errorf("since %q: %q", since, got)
		}
	}
	answer := httptest.NewRecorder()
	w.handler.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, control.Prefix+"activity?since=soon", nil))
	if answer.Code != http.StatusBadRequest || !strings.Contains(answer.Body.String(), "since is not a time such as") {
		t.Errorf("%d %s", answer.Code, answer.Body)
	}
}

// fixedClock is a clock that stands.
type fixedClock struct{ control.Clock }

func (fixedClock) Now() time.Time { return time.Unix(1e9, 0) }
