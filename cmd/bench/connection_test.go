package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// serve starts a server and returns a connection to it.
func serve(t *testing.T, handler http.HandlerFunc) *connection {
	t.Helper()
	srv := httptest.NewServer(handler)
	t.Cleanup(srv.Close)
	c, err := connect(t.Context(), strings.TrimPrefix(srv.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.close)
	return c
}

func TestConnectionReadsOneAnswerAfterTheOther(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("X-Target", r.Header.Get("X-Amz-Target"))
		_, _ = w.Write(body)
	})
	for _, body := range []string{"{}", `{"tasks":[]}`, ""} {
		header, got, err := c.fetch(operationRequest("ListTasks", []byte(body)))
		if err != nil || string(got) != body {
			t.Errorf("got %q, %v; want %q", got, err, body)
		}
		if target := header["X-Target"]; target != "AmazonEC2ContainerServiceV20141113.ListTasks" {
			t.Errorf("the server saw the target %q", target)
		}
		if err := c.exchange(operationRequest("ListTasks", []byte(body))); err != nil {
			t.Error(err)
		}
	}
}

func TestConnectionTellsWhatARefusalSays(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte("ClusterNotFoundException"))
	})
	for _, err := range []error{
		c.exchange(operationRequest("ListTasks", nil)),
		c.call("ListTasks", struct{}{}, nil),
	} {
		if err == nil || !strings.Contains(err.Error(), "400: ClusterNotFoundException") {
			t.Errorf("error %v", err)
		}
	}
}

func TestRoundEndsAfterItsRequestsAndNoTokenComesTwice(t *testing.T) {
	var mu sync.Mutex
	seen := map[string]bool{}
	c := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mu.Lock()
		defer mu.Unlock()
		seen[string(body)] = true
	})
	request := operationRequest("RunTask", token)
	made, err := drive([]sender{c}, request, extent{time.Minute, 25})
	if err != nil || made.requests != 25 {
		t.Fatalf("%d requests, %v; want 25", made.requests, err)
	}
	if len(seen) != 25 {
		t.Errorf("%d different tokens in 25 requests", len(seen))
	}
	for body := range seen {
		if len(body) != len(token) || !strings.HasSuffix(body, "-bench-token") {
			t.Errorf("the request has become %q", body)
		}
	}
}
