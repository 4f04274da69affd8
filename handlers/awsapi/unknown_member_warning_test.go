package awsapi_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ecs"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
)

// A member that a newer client sends is warned of once for each operation.
func TestUnknownMembersAreWarnedOfOnce(t *testing.T) {
	var log bytes.Buffer
	ok := func(context.Context, *ecs.RunTaskInput) (*ecs.RunTaskOutput, error) { return &ecs.RunTaskOutput{}, nil }
	url := service(t, awsapi.Options{Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelWarn}))},
		awsapi.Works("RunTask", "", ok), awsapi.Works("StartTask", "", ok))
	body := `{"taskDefinition":"web","warmth":1,"overrides":{"containerOverrides":[{"name":"a"},{"speed":{"x":[]}},{"speed":2}]}}`
	for _, operation := range []string{"RunTask", "RunTask", "StartTask"} {
		if status, answer := post(t, url, target+"."+operation, body); status != 200 {
			t.Fatalf("%s: %d %s", operation, status, answer)
		}
	}
	lines := strings.Split(strings.TrimSpace(log.String()), "\n")
	want := []string{
		"operation=RunTask structure=RunTaskInput member=warmth", "operation=RunTask structure=ContainerOverride member=speed",
		"operation=StartTask structure=RunTaskInput member=warmth", "operation=StartTask structure=ContainerOverride member=speed",
	}
	if len(lines) != len(want) {
		t.Fatalf("%d lines:\n%s", len(lines), log.String())
	}
	for i, line := range lines {
		if !strings.Contains(line, "level=WARN") || !strings.HasSuffix(line, "service=ecs "+want[i]) {
			t.Errorf("got  %s\nwant %s", line, want[i])
		}
	}
}

// Names that clients make up cost bounded memory, and bounded lines.
func TestUnknownMembersThatAreRememberedHaveBounds(t *testing.T) {
	var log bytes.Buffer
	url := service(t, awsapi.Options{Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelWarn}))},
		awsapi.Works("RunTask", "", func(context.Context, *ecs.RunTaskInput) (*ecs.RunTaskOutput, error) { return &ecs.RunTaskOutput{}, nil }))
	var body strings.Builder
	for i := range 1100 {
		fmt.Fprintf(&body, `,"m%d%s":0`, i, strings.Repeat("x", 500))
	}
	post(t, url, target+".RunTask", "{"+body.String()[1:]+"}")
	if n := strings.Count(log.String(), "\n"); n != 1000 {
		t.Errorf("%d lines", n)
	}
	if line, _, _ := strings.Cut(log.String(), "\n"); len(line) > 400 {
		t.Errorf("a line of %d bytes", len(line))
	}
}

// A name that is remembered does not keep the body that it came in.
func TestUnknownMembersKeepNoLongNames(t *testing.T) {
	h := ecsOf(awsapi.Works("RunTask", "", func(context.Context, *ecs.RunTaskInput) (*ecs.RunTaskOutput, error) { return &ecs.RunTaskOutput{}, nil })).
		Handler(awsapi.Options{})
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.GC() // pools keep what they have for one more
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	for i := range 64 {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(fmt.Sprintf(`{"m%d%s":0}`, i, strings.Repeat("x", 1_000_000))))
		r.Header.Set("X-Amz-Target", target+".RunTask")
		w := httptest.NewRecorder()
		if h.ServeHTTP(w, r); w.Code != http.StatusOK {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
	}
	if after := heap(); after > before+16<<20 {
		t.Errorf("%d MiB are kept", (after-before)>>20)
	}
	runtime.KeepAlive(h)
}
