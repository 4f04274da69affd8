package cloudwatchlogs_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	logs "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatchlogs"
)

// A file with another byte than was written keeps all that a start does not understand of it, and the log says that something is
// lost: only what a crash leaves at the end goes without a word.
func TestDamagedNewestSegmentStaysAsItIs(t *testing.T) {
	w := newWorld(t, logs.Options{Dir: t.TempDir()})
	w.must(w.OpenStream(app, true))
	var all []string
	last := 0
	for i := range 5 {
		last = len(w.read(w.files()[0]))
		all = append(all, fmt.Sprintf("line %d", i))
		w.put(app, line(int64(i), "line %d", i))
	}
	whole := w.read(w.files()[0])
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 1))
		at := random.IntN(last)
		broken := bytes.Clone(whole)
		broken[at] ^= byte(1 + random.IntN(255))
		var log bytes.Buffer
		dir := t.TempDir()
		path := filepath.Join(dir, filepath.Base(w.files()[0]))
		w.must(os.WriteFile(path, broken, 0o600))
		opts := logs.Options{Dir: dir, Log: slog.New(slog.NewTextHandler(&log, nil))}
		d := newWorld(t, opts)
		w.must(d.OpenStream(app, true))
		got := d.messages(app, logs.Query{})
		if len(got) > 5 || strings.Join(got, ",") != strings.Join(all[:len(got)], ",") || !strings.Contains(log.String(), "is damaged: what follows there is lost") {
			t.Fatalf("byte %d: the lines are %q, and the log says %q", at, got, log.String())
		}
		d.put(app, line(100, "after"))
		d.restart()
		d.expect(d.messages(app, logs.Query{}), append(got, "after")...)
		if !bytes.Equal(d.read(path), broken) {
			t.Fatalf("byte %d: the file has changed", at)
		}
	}
}
