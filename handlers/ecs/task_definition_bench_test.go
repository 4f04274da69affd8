package ecs_test

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/emulator/state"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs"
)

const registration = `{"family":"web","networkMode":"awsvpc","cpu":"256","memory":"512","requiresCompatibilities":["FARGATE"],` +
	`"containerDefinitions":[{"name":"app","image":"nginx:1.27","essential":true,` +
	`"portMappings":[{"containerPort":80}],"environment":[{"name":"LOG_LEVEL","value":"info"}]}]}`

// BenchmarkRegisterTaskDefinition registers over HTTP; BenchmarkEcho is what
// net/http alone makes of the same request and an answer of the same size, so that
// the two tell what the API costs on top.
func BenchmarkRegisterTaskDefinition(b *testing.B) {
	store, err := state.Open(state.Options{})
	if err != nil {
		b.Fatal(err)
	}
	api := ecs.New(ecs.Options{Store: store, Now: time.Now})
	post(b, api.Handler(awsapi.Options{Logger: slog.New(slog.DiscardHandler)}))
}

func BenchmarkEcho(b *testing.B) {
	answer := bytes.Repeat([]byte("x"), 1<<10)
	post(b, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || len(body) != len(registration) {
			http.Error(w, "short", http.StatusBadRequest)
			return
		}
		_, _ = w.Write(answer)
	}))
}

// post sends the registration on connections of several clients.
func post(b *testing.B, h http.Handler) {
	s := httptest.NewServer(h)
	defer s.Close()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 100}}
	b.ReportAllocs()
	b.SetParallelism(8)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			r, err := http.NewRequest(http.MethodPost, s.URL, bytes.NewReader([]byte(registration)))
			if err != nil {
				b.Error(err)
				return
			}
			r.Header["X-Amz-Target"] = []string{ecs.TargetPrefix + ".RegisterTaskDefinition"}
			resp, err := client.Do(r)
			if err != nil {
				b.Error(err)
				return
			}
			if _, err := io.Copy(io.Discard, resp.Body); err != nil || resp.StatusCode != 200 {
				b.Errorf("%s, %v", resp.Status, err)
			}
			resp.Body.Close()
		}
	})
}
