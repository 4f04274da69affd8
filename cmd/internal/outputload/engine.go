// Package outputload has a container of the simulated engine write output as Docker sends it.
package outputload

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/moby/moby/api/pkg/stdcopy"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
)

// Engine is the simulated engine with a container's output as Docker sends it.
type Engine struct {
	*sim.Engine
	frames []byte

	once  sync.Once
	began time.Time
}

// NewEngine makes one that sends frames.
func NewEngine(frames []byte) *Engine {
	return &Engine{Engine: sim.New(sim.Options{}), frames: frames}
}

// Began is when the output was first asked for.
func (e *Engine) Began() time.Time { return e.began }

// NewFrames are so many lines of 100 bytes, each with its number.
func NewFrames(lines int) []byte {
	var all bytes.Buffer
	start := time.Now().Add(-time.Hour)
	for i := range lines {
		line := fmt.Sprintf("%s %-100s\n", start.Add(time.Duration(i)*time.Microsecond).UTC().Format("2006-01-02T15:04:05.000000000Z"), Line(i+1))
		head := [8]byte{byte(stdcopy.Stdout)}
		binary.BigEndian.PutUint32(head[4:], uint32(len(line)))
		all.Write(head[:])
		all.WriteString(line)
	}
	return all.Bytes()
}

// Line is the text of a line, by its number.
func Line(n int) string { return fmt.Sprintf("line %d", n) }

// Logs implements backend.Engine.
func (e *Engine) Logs(_ context.Context, _ string, opts backend.LogOptions) error {
	var failed, err error
	e.once.Do(func() {
		e.began = time.Now()
		failed, err = docker.CopyLines(bytes.NewReader(e.frames), false, opts.Write)
	})
	return errors.Join(failed, err)
}
