package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/emulator"
	logs "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatchlogs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

const (
	logStreams = 20
	logPage    = 10_000 // lines
	logGroup   = "/bench"
)

// logText is a line of 100 bytes.
var logText = strings.Repeat("0123456789", 10)

// measureLogs is what lines of containers cost the store of log events, and a reader of them.
func measureLogs(ctx context.Context, b *bench) error {
	for _, c := range []struct {
		name  string
		batch int
	}{
		{"lines/s into the store on disk", 100},
		{"  line by line", 1},
	} {
		if !b.wanted("logs/" + c.name) {
			continue
		}
		var rates []float64
		for i := range b.rounds {
			rate, err := b.logRate(filepath.Join(b.dir, fmt.Sprintf("logs-%d-%d", c.batch, i)), c.batch)
			if err != nil {
				return err
			}
			rates = append(rates, rate)
		}
		b.report.add(row{name: c.name, figure: fmt.Sprintf("%.0f", median(rates)), held: median(rates), goal: goal{limit: 50_000, atLeast: true, unit: "/s"}})
	}
	if err := measureLogOutput(ctx, b); err != nil {
		return err
	}
	const read = "GetLogEvents of 10,000 lines"
	if !b.wanted("logs/" + read) {
		return nil
	}
	took, err := b.logReadTimes()
	if err != nil {
		return err
	}
	b.report.add(row{name: read, figure: fmt.Sprintf("%.1f ms", median(took)), held: median(took), goal: atMost(50, " ms")})
	return nil
}

func logStream(i int) logs.StreamName {
	return logs.StreamName{Scope: arn.Scope{Region: "us-east-1", Account: "000000000000"}, Group: logGroup, Name: fmt.Sprintf("web/app/%d", i)}
}

// logRate is how many lines in a second twenty sources put, each in batches, with a position.
func (b *bench) logRate(dir string, batch int) (rate float64, err error) {
	store, err := logs.Open(logs.Options{Dir: dir})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, store.Close(), os.RemoveAll(dir)) }()
	counts, errs := make([]int, logStreams), make([]error, logStreams)
	began := time.Now()
	var sources sync.WaitGroup
	for i := range logStreams {
		sources.Go(func() {
			counts[i], errs[i] = putLines(store, logStream(i), batch, began.Add(b.burst))
		})
	}
	sources.Wait()
	took := time.Since(began)
	lines := 0
	for _, n := range counts {
		lines += n
	}
	return float64(lines) / took.Seconds(), errors.Join(errs...)
}

// putLines puts batches until a time, and returns how many lines it was.
func putLines(store *logs.Store, n logs.StreamName, batch int, until time.Time) (count int, err error) {
	if err := store.OpenStream(n, true); err != nil {
		return 0, err
	}
	lines := make([]logs.Line, batch)
	for now := time.Now(); now.Before(until); now = time.Now() {
		for i := range lines {
			lines[i] = logs.Line{At: now, Message: logText}
		}
		count += batch
		if err := store.Put(context.Background(), n, "container", lines, logs.Position{Last: now, Count: count}); err != nil {
			return count, err
		}
	}
	return count, nil
}

// logReadTimes is how many milliseconds it takes to read a page of one of twenty streams over
// HTTP, which were written at the same time.
func (b *bench) logReadTimes() (took []float64, err error) {
	dir := filepath.Join(b.dir, "log-pages")
	store, err := logs.Open(logs.Options{Dir: filepath.Join(dir, "logs")})
	if err != nil {
		return nil, err
	}
	for i := range logPage {
		for s := range logStreams {
			if i == 0 {
				err = errors.Join(err, store.OpenStream(logStream(s), true))
			}
			line := logs.Line{At: time.Now(), Message: logText}
			err = errors.Join(err, store.Put(context.Background(), logStream(s), "", []logs.Line{line}, logs.Position{}))
		}
	}
	if err = errors.Join(err, store.Close()); err != nil {
		return nil, err
	}
	srv, err := emulator.New(emulator.Options{Engine: "sim", DataDir: dir})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, srv.Close()) }()
	for range 3 * b.rounds {
		began := time.Now()
		if err := readPage(srv.URL()); err != nil {
			return nil, err
		}
		took = append(took, milliseconds(time.Since(began)))
	}
	return took, nil
}

// readPage reads a page, all of which has to be there.
func readPage(url string) error {
	text, err := getLogEvents(url, fmt.Sprintf(`{"logGroupName":%q,"logStreamName":%q,"startFromHead":true}`, logGroup, logStream(7).Name))
	if n := bytes.Count(text, []byte(`"message"`)); err == nil && n != logPage {
		err = fmt.Errorf("a page has %d lines, not %d: %.200s", n, logPage, text)
	}
	return err
}

func getLogEvents(url, body string) ([]byte, error) {
	request, err := http.NewRequest(http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("X-Amz-Target", "Logs_20140328.GetLogEvents")
	request.Header.Set("Content-Type", "application/x-amz-json-1.1")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	return io.ReadAll(answer.Body)
}
