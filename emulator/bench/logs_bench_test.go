package bench_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/moby/moby/api/pkg/stdcopy"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/emulator"
	logs "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatchlogs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// BenchmarkGoalGetLogEvents reads a page of one of twenty streams, which were written at the same time.
func BenchmarkGoalGetLogEvents(b *testing.B) {
	const streams, lines = 20, 10_000
	name := func(i int) logs.StreamName {
		scope := arn.Scope{Region: "us-east-1", Account: "000000000000"}
		return logs.StreamName{Scope: scope, Group: "/bench", Name: fmt.Sprintf("web/app/%d", i)}
	}
	for b.Loop() {
		dir := b.TempDir()
		store, err := logs.Open(logs.Options{Dir: filepath.Join(dir, "logs")})
		if err != nil {
			b.Fatal(err)
		}
		for i := range lines {
			for s := range streams {
				if i == 0 {
					err = errors.Join(err, store.OpenStream(name(s), true))
				}
				line := logs.Line{At: time.Now(), Message: strings.Repeat("0123456789", 10)}
				err = errors.Join(err, store.Put(b.Context(), name(s), "", []logs.Line{line}, logs.Position{}))
			}
		}
		if err = errors.Join(err, store.Close()); err != nil {
			b.Fatal(err)
		}
		w := start(b, emulator.Options{Engine: "sim", DataDir: dir, OnExit: emulator.Remove})
		var took []time.Duration
		for range 10 {
			began := time.Now()
			query := fmt.Sprintf(`{"logGroupName":"/bench","logStreamName":%q,"startFromHead":true}`, name(7).Name)
			text := w.post("Logs_20140328.GetLogEvents", query)
			took = append(took, time.Since(began))
			if n := bytes.Count(text, []byte(`"message"`)); n != lines {
				b.Fatalf("a page has %d lines, not %d", n, lines)
			}
		}
		b.ReportMetric(percentile(took, 50), "ms≤50")
	}
}

// printing is the simulated engine with a container's output as Docker sends it.
type printing struct {
	*sim.Engine
	frames []byte

	once  sync.Once
	began time.Time
}

// Logs implements backend.Engine.
func (e *printing) Logs(_ context.Context, _ string, opts backend.LogOptions) error {
	var failed, err error
	e.once.Do(func() {
		e.began = time.Now()
		failed, err = docker.CopyLines(bytes.NewReader(e.frames), false, opts.Write)
	})
	return errors.Join(failed, err)
}

// newFrames are so many lines of 100 bytes, each with its number.
func newFrames(lines int) []byte {
	var all bytes.Buffer
	begin := time.Now().Add(-time.Hour)
	for i := range lines {
		at := begin.Add(time.Duration(i) * time.Microsecond).UTC().Format("2006-01-02T15:04:05.000000000Z")
		line := fmt.Sprintf("%s %-100s\n", at, fmt.Sprint("line ", i+1))
		head := [8]byte{byte(stdcopy.Stdout)}
		binary.BigEndian.PutUint32(head[4:], uint32(len(line)))
		all.Write(head[:])
		all.WriteString(line)
	}
	return all.Bytes()
}

// BenchmarkGoalOutput is how fast the output of one container gets from the frames that Docker sends into the store on
// disk, until a client reads the last line.
func BenchmarkGoalOutput(b *testing.B) {
	const lines = 200_000
	frames := newFrames(lines)
	for b.Loop() {
		engine := &printing{Engine: sim.New(sim.Options{}), frames: frames}
		w := start(b, emulator.Options{Backend: engine, DataDir: b.TempDir(), OnExit: emulator.Remove})
		w.register("web", func(in *ecs.RegisterTaskDefinitionInput) {
			in.ExecutionRoleArn = aws.String("arn:aws:iam::000000000000:role/ecsTaskExecutionRole")
			in.ContainerDefinitions[0].LogConfiguration = &types.LogConfiguration{LogDriver: types.LogDriverAwslogs, Options: map[string]string{
				"awslogs-group": "/bench", "awslogs-create-group": "true", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "web",
			}}
		})
		task := *w.runTasks(1)[0].TaskArn
		stream := "web/app" + task[strings.LastIndex(task, "/"):]
		query := fmt.Sprintf(`{"logGroupName":"/bench","logStreamName":%q,"limit":1,"startFromHead":false}`, stream)
		w.awaitRunning(1)
		w.until("the last line", func() bool {
			var page struct{ Events []struct{ Message string } }
			w.must(json.Unmarshal(w.post("Logs_20140328.GetLogEvents", query), &page))
			return len(page.Events) == 1 && strings.TrimSpace(page.Events[0].Message) == fmt.Sprint("line ", lines)
		})
		b.ReportMetric(lines/time.Since(engine.began).Seconds(), "lines/s≥50000")
	}
}
