package emulator_test

import (
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// TestTheLogCutsWhatClientsSend has a request whose refusal repeats what is wrong with it. The client is told
// all of it, as AWS does.
func TestTheLogCutsWhatClientsSend(t *testing.T) {
	t.Parallel()
	var log lockedBuffer
	srv := emulator.Start(t, emulator.Options{Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelWarn}))})
	name := strings.Repeat("x", 500_000)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, srv.URL(), strings.NewReader(`{"AlarmName":"a","AlarmRule":"`+name+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Amz-Target", "GraniteServiceVersion20100801.PutCompositeAlarm")
	r.Header.Set("Content-Type", "application/x-amz-json-1.0")
	status, text := send(t, r)
	if status != http.StatusBadRequest || !strings.Contains(text, name) {
		t.Errorf("the client is told %d %.200s, %d bytes", status, text, len(text))
	}
	if lines := log.String(); len(lines) > 3000 || !strings.Contains(lines, "xxx… (") || !strings.Contains(lines, " bytes)") {
		t.Errorf("the log has %d bytes: %.200s", len(lines), lines)
	}
}
